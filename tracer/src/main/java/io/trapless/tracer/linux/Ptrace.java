package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Requests of ptrace(2) on x86-64. The kernel takes a thread's requests only from the very thread that seized it, and all but {@link #seize} and {@link #interrupt} only while it
 * is stopped (else ESRCH). Methods return the kernel's result: an error is the negated number.
 */
public final class Ptrace {
    /** Longs of {@code struct user_regs_struct}. */
    public static final int REGISTER_COUNT = 27;

    /** In {@code status >> 16} of a group-stop or of the stop that {@link #interrupt} asked for. */
    public static final int EVENT_STOP = 128;

    public static final int EVENT_FORK = 1;
    public static final int EVENT_VFORK = 2;
    public static final int EVENT_CLONE = 3;
    public static final int EVENT_EXEC = 4;

    public static final int O_TRACESYSGOOD = 1;
    public static final int O_TRACEFORK = 1 << EVENT_FORK;
    public static final int O_TRACEVFORK = 1 << EVENT_VFORK;
    public static final int O_TRACECLONE = 1 << EVENT_CLONE;
    public static final int O_TRACEEXEC = 1 << EVENT_EXEC;
    /** Kill the tracee when the tracer ends: only for processes the tracer started itself. */
    public static final int O_EXITKILL = 1 << 20;

    private static final int CONT = 7;
    private static final int GETREGS = 12;
    private static final int SETREGS = 13;
    private static final int DETACH = 17;
    private static final int SYSCALL = 24;
    private static final int SETOPTIONS = 0x4200;
    private static final int GETEVENTMSG = 0x4201;
    private static final int GETREGSET = 0x4204;
    private static final int SEIZE = 0x4206;
    private static final int INTERRUPT = 0x4207;
    private static final int LISTEN = 0x4208;
    private static final int GETSIGMASK = 0x420a;
    private static final int SETSIGMASK = 0x420b;
    private static final int GET_RSEQ_CONFIGURATION = 0x420f;
    private static final int NT_X86_XSTATE = 0x202;

    private Ptrace() {}

    private static long request(int request, int tid, long address, long data) {
        return Syscalls.call(Syscalls.PTRACE, request, tid, address, data);
    }

    /** Attaches without stopping. */
    public static long seize(int tid, int options) {
        return request(SEIZE, tid, 0, options);
    }

    /** Asks a seized thread to stop; it reports {@link #EVENT_STOP}. */
    public static long interrupt(int tid) {
        return request(INTERRUPT, tid, 0, 0);
    }

    public static long setOptions(int tid, int options) {
        return request(SETOPTIONS, tid, 0, options);
    }

    /** Resumes, delivering {@code signal} (0: none). */
    public static long resume(int tid, int signal) {
        return request(CONT, tid, 0, signal);
    }

    /** Resumes until the next entry to or exit from a system call. */
    public static long resumeToSyscall(int tid, int signal) {
        return request(SYSCALL, tid, 0, signal);
    }

    /** Lets a thread in a group-stop stay stopped, and report when that ends (SIGCONT) or {@link #interrupt} asks. */
    public static long listen(int tid) {
        return request(LISTEN, tid, 0, 0);
    }

    /** What the event of a stopped thread is about: the new thread's id ({@link #EVENT_FORK} and its like), its own former id ({@link #EVENT_EXEC}); or an error. */
    public static long eventMessage(int tid) {
        MemorySegment scratch = Syscalls.scratch();
        long result = request(GETEVENTMSG, tid, 0, scratch.address());
        return result < 0 ? result : scratch.get(ValueLayout.JAVA_LONG, 0);
    }

    /** Lets go and resumes. */
    public static long detach(int tid, int signal) {
        return request(DETACH, tid, 0, signal);
    }

    /** Reads {@code struct user_regs_struct}. */
    public static long getRegisters(int tid, long[] into) {
        MemorySegment scratch = Syscalls.scratch();
        long result = request(GETREGS, tid, 0, scratch.address());
        if (result >= 0) {
            MemorySegment.copy(scratch, ValueLayout.JAVA_LONG, 0, into, 0, REGISTER_COUNT);
        }
        return result;
    }

    /** Writes {@code struct user_regs_struct}. */
    public static long setRegisters(int tid, long[] from) {
        MemorySegment scratch = Syscalls.scratch();
        MemorySegment.copy(from, 0, scratch, ValueLayout.JAVA_LONG, 0, REGISTER_COUNT);
        return request(SETREGS, tid, 0, scratch.address());
    }

    /** Reads the extended processor state in the standard (not compacted) XSAVE format; returns its size in bytes. */
    public static long getExtendedState(int tid, byte[] into) {
        MemorySegment scratch = Syscalls.scratch();
        int room = Math.min(into.length, Syscalls.SCRATCH_SIZE - 64);
        scratch.set(ValueLayout.JAVA_LONG, 0, scratch.address() + 64);
        scratch.set(ValueLayout.JAVA_LONG, 8, room);
        long result = request(GETREGSET, tid, NT_X86_XSTATE, scratch.address());
        if (result < 0) {
            return result;
        }
        int size = (int) scratch.get(ValueLayout.JAVA_LONG, 8);
        MemorySegment.copy(scratch, ValueLayout.JAVA_BYTE, 64, into, 0, size);
        return size;
    }

    /** Reads the blocked signals into {@code into[0]}; bit n-1 stands for signal n. */
    public static long getSignalMask(int tid, long[] into) {
        MemorySegment scratch = Syscalls.scratch();
        long result = request(GETSIGMASK, tid, 8, scratch.address());
        if (result >= 0) {
            into[0] = scratch.get(ValueLayout.JAVA_LONG, 0);
        }
        return result;
    }

    public static long setSignalMask(int tid, long mask) {
        MemorySegment scratch = Syscalls.scratch();
        scratch.set(ValueLayout.JAVA_LONG, 0, mask);
        return request(SETSIGMASK, tid, 8, scratch.address());
    }

    /** Reads {@code struct ptrace_rseq_configuration} (Linux 5.13) as {area address, area size, signature}; EIO on older kernels. */
    public static long getRseqConfiguration(int tid, long[] into) {
        MemorySegment scratch = Syscalls.scratch();
        long result = request(GET_RSEQ_CONFIGURATION, tid, 24, scratch.address());
        if (result >= 0) {
            into[0] = scratch.get(ValueLayout.JAVA_LONG, 0);
            into[1] = scratch.get(ValueLayout.JAVA_INT, 8);
            into[2] = scratch.get(ValueLayout.JAVA_INT, 12);
        }
        return result;
    }
}
