package io.trapless.tracer.attach;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.tracer.linux.Memory;
import io.trapless.tracer.linux.Syscalls;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * System calls around one file, to be made by a lent thread one after the other: in one go where that is possible, for a call that is made by itself takes two stops, and each stop the waking of a processor. The first call that
 * fails ends it.
 *
 * <p>In one go they are made by a routine that goes through a list in the thread's scratch memory. Behind the last one it waits until it is interrupted, or, if the tracer has died, for {@link #PATIENCE_NANOS}, and returns to where a remote call returns to.
 */
public final class RemoteBatch {
    /** For how long a thread waits for a tracer that has died in this very moment; one that lives comes within a tenth of a millisecond. */
    private static final long PATIENCE_NANOS = 200_000_000;

    private static final int AT_FDCWD = -100;
    private static final int RT_SIGTIMEDWAIT = 128;
    private static final int SIGSET_SIZE = 8;

    /** Of the list: where it ended, 0 before; an empty set of signals; a {@code timespec}; then the calls. */
    private static final int END = 0;

    private static final int NO_SIGNALS = 8;
    private static final int PATIENCE = 16;
    private static final int CALLS = 32;

    /** Of a call: its number, which its result takes the place of; six arguments; what it has to do with the file. */
    private static final int CALL_SIZE = 64;

    private static final int NUMBER = 0;
    private static final int FILE_USE = 56;

    /** The result is the descriptor of the file; the descriptor is the fifth argument; the first. */
    private static final int GIVES_FILE = 1;

    private static final int FILE_IS_FIFTH = 2;
    private static final int FILE_IS_FIRST = 4;

    private static final long NO_CALL = -1;

    private final List<Call> calls = new ArrayList<>();

    /** One call; {@code fileUse} as in the list. */
    record Call(String name, long number, long[] arguments, int fileUse) {
        /** Its arguments with the file's descriptor in place. */
        long[] with(long descriptor) {
            long[] all = arguments.clone();
            if (fileUse == FILE_IS_FIFTH) {
                all[4] = descriptor;
            }
            return all;
        }
    }

    private int add(String name, long number, int fileUse, long... arguments) {
        calls.add(new Call(name, number, arguments, fileUse));
        return calls.size() - 1;
    }

    /** Maps the first {@code size} bytes of the file shared, wherever the kernel likes. Gives the call's index, as all do. */
    public int mapFile(long size, int protection) {
        return add("mmap", Syscalls.MMAP, FILE_IS_FIFTH, 0, size, protection, Memory.MAP_SHARED, 0, 0);
    }

    /** Maps the first {@code size} bytes of the file shared, in place of memory of ours. */
    public int mapFileOver(long address, long size, int protection) {
        int flags = Memory.MAP_SHARED | Memory.MAP_FIXED;
        return add("mmap", Syscalls.MMAP, FILE_IS_FIFTH, address, size, protection, flags, 0, 0);
    }

    /** Maps anonymous private memory at a place that is free. */
    public int mapAnonymous(long address, long size, int protection) {
        int flags = Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS | Memory.MAP_FIXED_NOREPLACE;
        return add("mmap", Syscalls.MMAP, 0, address, size, protection, flags, -1, 0);
    }

    /** Changes the protection. */
    public int protect(long address, long size, int protection) {
        return add("mprotect", Syscalls.MPROTECT, 0, address, size, protection, 0, 0, 0);
    }

    /** madvise(2). */
    public int advise(long address, long size, int advice) {
        return add("madvise", Syscalls.MADVISE, 0, address, size, advice, 0, 0, 0);
    }

    List<Call> calls() {
        return calls;
    }

    /** The list for scratch memory at {@code base}, with the opening and closing of the file around the calls. */
    byte[] list(long base, String path, int openFlags) {
        List<Call> all = new ArrayList<>();
        long[] opening = {AT_FDCWD, base + CALLS + CALL_SIZE * (calls.size() + 2L) + Long.BYTES, openFlags, 0, 0, 0};
        all.add(new Call("open", Syscalls.OPENAT, opening, GIVES_FILE));
        all.addAll(calls);
        all.add(new Call("close", Syscalls.CLOSE, new long[6], FILE_IS_FIRST));
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        ByteBuffer list = ByteBuffer.allocate(CALLS + CALL_SIZE * all.size() + Long.BYTES + name.length + 1)
                .order(ByteOrder.LITTLE_ENDIAN);
        list.putLong(PATIENCE + Long.BYTES, PATIENCE_NANOS).position(CALLS);
        for (Call call : all) {
            list.putLong(call.number);
            for (long argument : call.arguments) {
                list.putLong(argument);
            }
            list.putLong(call.fileUse);
        }
        list.putLong(NO_CALL).put(name);
        return list.array();
    }

    /** Whether the list, or its first word, says that the routine has come to its end. */
    static boolean isOver(byte[] list) {
        return Bytes.getLong(list, END) != 0;
    }

    /** What a list that is over says. */
    Results results(byte[] list, long base) {
        // The first is the opening; a failed one is where the list ended. Another thread may have written over it.
        long ended = (Bytes.getLong(list, END) - base - CALLS) / CALL_SIZE;
        long last = ended <= calls.size() + 2 ? Math.min(ended, calls.size()) : 0;
        Results results = new Results(calls);
        for (int i = 1; i <= last; i++) {
            results.add(Bytes.getLong(list, CALLS + CALL_SIZE * i + NUMBER));
        }
        return results;
    }

    /** The file's descriptor, of a list that is over; an error's negated number if it could not be opened: nothing has been done then. */
    static long descriptor(byte[] list) {
        return Bytes.getLong(list, CALLS + NUMBER);
    }

    /** What the calls gave that were made. */
    public static final class Results {
        private final List<Call> calls;
        private final List<Long> values = new ArrayList<>();

        Results(List<Call> calls) {
            this.calls = calls;
        }

        /** Notes the next call's result; false if it has failed, and there is no next. */
        boolean add(long value) {
            values.add(value);
            return !isError(value);
        }

        private static boolean isError(long value) {
            return value < 0 && value > -4096;
        }

        /** Of the call with this index; negative if it failed or was not made, or is none. */
        public long of(int index) {
            return index >= 0 && index < values.size() ? values.get(index) : -1;
        }

        private boolean anyFailed() {
            return !values.isEmpty() && isError(values.getLast());
        }

        boolean areGood() {
            return values.size() == calls.size() && !anyFailed();
        }

        /** @throws AttachException REMOTE_CALL_FAILED, if one failed; UNEXPECTED, if some were not made for no reason */
        public void check(TargetProcess target) throws AttachException {
            if (anyFailed()) {
                throw AttachException.failedCall(target, calls.get(values.size() - 1).name, values.getLast());
            }
            if (!areGood()) {
                throw new AttachException(
                        AttachRefusal.Reason.UNEXPECTED,
                        "what a thread of process " + target.pid() + " was asked to do was written over; try again");
            }
        }
    }

    /** It finds its list in rdi, and runs anywhere. */
    static final byte[] ROUTINE = routine();

    /** Bytes of executable memory that {@link RemoteMemory#run} takes. */
    public static int routineSize() {
        return ROUTINE.length;
    }

    private static byte[] routine() {
        Assembler asm = new Assembler(0);
        asm.mov(Gpr.RBP, Gpr.RDI, 8);
        asm.lea(Gpr.RBX, Mem.of(Gpr.RDI, CALLS));
        Label over = asm.label();
        Label next = asm.here();
        asm.mov(Gpr.RAX, Mem.of(Gpr.RBX, NUMBER), 8);
        asm.test(Gpr.RAX, Gpr.RAX, 8);
        asm.jcc(Condition.S, over);
        Gpr[] arguments = {Gpr.RDI, Gpr.RSI, Gpr.RDX, Gpr.R10, Gpr.R8, Gpr.R9};
        for (int i = 0; i < arguments.length; i++) {
            asm.mov(arguments[i], Mem.of(Gpr.RBX, Long.BYTES * (i + 1)), 8);
        }
        asm.mov(Gpr.R13, Mem.of(Gpr.RBX, FILE_USE), 8);
        asm.test(Gpr.R13, FILE_IS_FIFTH, 4);
        asm.cmovcc(Condition.NE, Gpr.R8, Gpr.R12);
        asm.test(Gpr.R13, FILE_IS_FIRST, 4);
        asm.cmovcc(Condition.NE, Gpr.RDI, Gpr.R12);
        asm.syscall();
        asm.mov(Mem.of(Gpr.RBX, NUMBER), Gpr.RAX, 8);
        asm.cmp(Gpr.RAX, -4095, 8);
        asm.jcc(Condition.AE, over);
        asm.test(Gpr.R13, GIVES_FILE, 4);
        asm.cmovcc(Condition.NE, Gpr.R12, Gpr.RAX);
        asm.add(Gpr.RBX, CALL_SIZE, 8);
        asm.jmp(next);
        asm.bind(over);
        asm.mov(Mem.of(Gpr.RBP, END), Gpr.RBX, 8);
        // A wait that leaves alone what an interrupted call of the thread may need to be taken up (restart_syscall(2)).
        asm.mov(Gpr.RAX, RT_SIGTIMEDWAIT);
        asm.lea(Gpr.RDI, Mem.of(Gpr.RBP, NO_SIGNALS));
        asm.mov(Gpr.RSI, 0);
        asm.lea(Gpr.RDX, Mem.of(Gpr.RBP, PATIENCE));
        asm.mov(Gpr.R10, SIGSET_SIZE);
        asm.syscall();
        asm.ret();
        return asm.toByteArray();
    }
}
