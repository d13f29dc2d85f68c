package io.trapless.tracer.attach;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.Memory;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.Sockets;
import io.trapless.tracer.linux.Syscalls;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/** Mappings in the target, made by {@link RemoteCalls}. On the {@link Ptracer} thread only. */
public final class RemoteMemory {
    private static final int ATTEMPTS = 8;

    private final RemoteCalls calls;
    private final TargetProcess target;

    public RemoteMemory(RemoteCalls calls) {
        this.calls = calls;
        this.target = calls.target();
    }

    /**
     * Maps anonymous private memory so that every byte of it can reach, and be reached from, every byte of {@code [rangeStart, rangeEnd)} by a 32-bit displacement.
     *
     * @param size bytes; rounded up to pages
     * @param protection PROT_ bits of {@link Memory}; R-X is fine, {@link TargetProcess#writeMemory} writes it still
     * @return its address
     * @throws AttachException NO_ROOM_NEARBY, or REMOTE_CALL_FAILED
     */
    public long mapAnonymousNear(long rangeStart, long rangeEnd, long size, int protection) throws AttachException {
        long rounded = (size + 4095) & -4096;
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            long address = placeNear(rangeStart, rangeEnd, rounded);
            int flags = Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS | Memory.MAP_FIXED_NOREPLACE;
            long result = calls.call(Syscalls.MMAP, address, rounded, protection, flags, -1, 0);
            if (result == address) {
                return address;
            }
            if (result != -Errno.EEXIST) {
                if (result > 0) {
                    unmap(result, rounded);
                }
                throw AttachException.failedCall(target, "mmap", result > 0 ? -Errno.EEXIST : result);
            }
            // A thread of the target took the place meanwhile: look again.
        }
        throw noRoom(rangeStart, rounded);
    }

    /**
     * Where {@link #mapAnonymousNear} would map it now: for a process of which nobody runs.
     *
     * @throws AttachException NO_ROOM_NEARBY
     */
    public long placeNear(long rangeStart, long rangeEnd, long size) throws AttachException {
        long rounded = (size + 4095) & -4096;
        long address = AddressHoles.nearest(target.mappings(), target.breakStart(), rangeStart, rangeEnd, rounded);
        if (address == 0) {
            throw noRoom(rangeStart, rounded);
        }
        return address;
    }

    private AttachException noRoom(long rangeStart, long size) {
        return new AttachException(
                Reason.NO_ROOM_NEARBY,
                "process " + target.pid() + " has no free address range of " + size + " bytes within 2 GiB of 0x"
                        + Long.toHexString(rangeStart));
    }

    /**
     * Makes calls around a file of the tracer, in one go if the target can open the file itself, else one by one.
     *
     * @param room executable memory of ours that nobody runs yet; its contents are lost
     * @throws AttachException if the file can't be handed over; that a call has failed stands in the results
     */
    public RemoteBatch.Results run(RemoteBatch batch, OpenFile file, long room) throws AttachException {
        byte[] list = batch.list(calls.scratch(), file.path().toString(), file.flags());
        if (list.length > RemoteCalls.SCRATCH_SIZE || !canOpen(file.path())) {
            return runOneByOne(batch, file.descriptor());
        }
        list = calls.runList(room, list);
        long opened = RemoteBatch.descriptor(list);
        if (opened < 0) {
            return runOneByOne(batch, file.descriptor());
        }
        RemoteBatch.Results results = batch.results(list, calls.scratch());
        if (!results.areGood()) {
            closeRemote(opened);
        }
        return results;
    }

    /** Whether it is the same file for the lent thread (threads may have roots and namespaces of their own), whose user may open what is the tracer's. */
    private boolean canOpen(Path path) {
        if (target.uid() != 0 && target.uid() != Processes.uid()) {
            return false;
        }
        try {
            Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            Path itsOwn = Path.of("/proc/" + target.pid() + "/task/" + calls.tid() + "/root" + path);
            return key.equals(
                    Files.readAttributes(itsOwn, BasicFileAttributes.class).fileKey());
        } catch (IOException elsewhere) {
            return false;
        }
    }

    private RemoteBatch.Results runOneByOne(RemoteBatch batch, int descriptor) throws AttachException {
        try (SharedFile file = share(descriptor)) {
            RemoteBatch.Results results = new RemoteBatch.Results(batch.calls());
            for (RemoteBatch.Call call : batch.calls()) {
                long[] a = call.with(file.remote);
                if (!results.add(calls.call(call.number(), a[0], a[1], a[2], a[3], a[4], a[5]))) {
                    break;
                }
            }
            return results;
        }
    }

    /**
     * Hands a file of the tracer to the target, to be mapped there. It goes as a descriptor through a socket, so it need not be visible from the target: neither user, nor mount nor pid
     * namespace matter.
     *
     * @param descriptor open in the tracer, with the access that later mappings need
     */
    private SharedFile share(int descriptor) throws AttachException {
        int[] ends = socketPair();
        int received = -1;
        try {
            send(ends[0], descriptor);
            received = receive(ends[1]);
            return new SharedFile(ends[0], ends[1], received);
        } finally {
            if (received < 0) {
                closeRemote(ends[0]);
                closeRemote(ends[1]);
            }
        }
    }

    /** A file of the tracer in the target's hands; closing takes the descriptor back, and the socket's that it came through, mappings stay. */
    private final class SharedFile implements AutoCloseable {
        private final int far;
        private final int near;
        private final int remote;

        private SharedFile(int far, int near, int remote) {
            this.far = far;
            this.near = near;
            this.remote = remote;
        }

        /** All three by one call where their numbers are neighbours, which they are unless another thread opens and closes files. */
        @Override
        public void close() throws AttachException {
            boolean neighbours = near == far + 1 && remote == near + 1;
            if (!neighbours || calls.call(Syscalls.CLOSE_RANGE, far, remote, 0) != 0) {
                closeRemote(far);
                closeRemote(near);
                closeRemote(remote);
            }
        }
    }

    /** Unmaps. */
    public void unmap(long address, long size) throws AttachException {
        check("munmap", calls.call(Syscalls.MUNMAP, address, size, 0));
    }

    /** Two ends in the target. */
    private int[] socketPair() throws AttachException {
        long pair = calls.scratch();
        check(
                "socketpair",
                calls.call(
                        Syscalls.SOCKETPAIR,
                        Sockets.AF_UNIX,
                        Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC,
                        0,
                        pair,
                        0,
                        0));
        byte[] ends = target.readMemory(pair, 8);
        return new int[] {Bytes.getInt(ends, 0), Bytes.getInt(ends, 4)};
    }

    /** Takes a copy of the target's end {@code far} and sends the descriptor through it. */
    private void send(int far, int descriptor) throws AttachException {
        int process = -1;
        int socket = -1;
        try {
            process = (int) LinuxException.check(Processes.pidfdOpen(target.pid()), "pidfd_open");
            socket = (int) LinuxException.check(Processes.pidfdGetfd(process, far), "pidfd_getfd");
            LinuxException.check(Sockets.sendDescriptor(socket, descriptor), "sendmsg");
        } catch (LinuxException e) {
            throw new AttachException(
                    Reason.REMOTE_CALL_FAILED,
                    "cannot hand the ring file to process " + target.pid() + ": " + e.getMessage()
                            + (e.errno() == Errno.ENOSYS ? "; Linux 5.6 or newer is needed" : ""));
        } finally {
            if (socket >= 0) {
                Descriptors.close(socket);
            }
            if (process >= 0) {
                Descriptors.close(process);
            }
        }
    }

    private int receive(int near) throws AttachException {
        long base = calls.scratch();
        MemorySegment message = Sockets.message(base, -1);
        target.writeMemory(base, message.toArray(ValueLayout.JAVA_BYTE));
        long got = calls.call(Syscalls.RECVMSG, near, base, Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC);
        check("recvmsg", got);
        int received = Bytes.getInt(target.readMemory(base + Sockets.DESCRIPTOR_OFFSET, 4), 0);
        if (received < 0) {
            // The kernel leaves the message without its descriptor when the receiver's table is full.
            throw AttachException.failedCall(target, "recvmsg", -Errno.EMFILE);
        }
        return received;
    }

    private void closeRemote(long descriptor) throws AttachException {
        calls.call(Syscalls.CLOSE, descriptor, 0, 0);
    }

    private long check(String call, long result) throws AttachException {
        if (result < 0 && result > -4096) {
            throw AttachException.failedCall(target, call, result);
        }
        return result;
    }
}
