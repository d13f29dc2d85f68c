package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Passing a descriptor over a unix socket (unix(7), cmsg(3)). */
public final class Sockets {
    public static final int AF_UNIX = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;

    /** Bytes of {@link #message}'s block: msghdr (56), iovec (16), control message (24), one byte of data, padding. */
    public static final int MESSAGE_SIZE = 104;

    /** Where, in that block, the passed descriptor stands. */
    public static final int DESCRIPTOR_OFFSET = 56 + 16 + 16;

    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;

    private Sockets() {}

    /**
     * A message of one byte and one descriptor, laid out for {@code base}: the address where the block will stand, in this process (sendmsg) or in another
     * (recvmsg; then {@code fd} is only a place holder).
     */
    public static MemorySegment message(long base, int fd) {
        MemorySegment block = MemorySegment.ofArray(new long[MESSAGE_SIZE / 8]);
        long iovec = base + 56;
        long control = base + 72;
        long data = base + 96;
        block.set(ValueLayout.JAVA_LONG, 16, iovec);
        block.set(ValueLayout.JAVA_LONG, 24, 1);
        block.set(ValueLayout.JAVA_LONG, 32, control);
        block.set(ValueLayout.JAVA_LONG, 40, 24);
        block.set(ValueLayout.JAVA_LONG, 56, data);
        block.set(ValueLayout.JAVA_LONG, 64, 1);
        block.set(ValueLayout.JAVA_LONG, 72, 16 + 4);
        block.set(ValueLayout.JAVA_INT, 80, SOL_SOCKET);
        block.set(ValueLayout.JAVA_INT, 84, SCM_RIGHTS);
        block.set(ValueLayout.JAVA_INT, DESCRIPTOR_OFFSET, fd);
        return block;
    }

    /** Sends {@code fd}, with one byte to carry it; returns 1 or an error. */
    public static long sendDescriptor(int socket, int fd) {
        MemorySegment scratch = Syscalls.scratch();
        MemorySegment.copy(message(scratch.address(), fd), 0, scratch, 0, MESSAGE_SIZE);
        return Syscalls.call(Syscalls.SENDMSG, socket, scratch.address(), MSG_DONTWAIT);
    }
}
