package io.trapless.tracer.linux;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Any system call.
 *
 * <p>Results follow the kernel's convention, not the C library's: an error is the negated error number. Any thread may call; the scratch memory is the calling
 * thread's own, and a wrapper may use it only from its own call to its own return.
 */
public final class Syscalls {
    public static final int READ = 0;
    public static final int WRITE = 1;
    public static final int CLOSE = 3;
    public static final int CLOSE_RANGE = 436;
    public static final int LSEEK = 8;
    public static final int MMAP = 9;
    public static final int MPROTECT = 10;
    public static final int MUNMAP = 11;
    public static final int RT_SIGACTION = 13;
    public static final int RT_SIGRETURN = 15;
    public static final int IOCTL = 16;
    public static final int PREAD64 = 17;
    public static final int PWRITE64 = 18;
    public static final int MADVISE = 28;
    public static final int NANOSLEEP = 35;
    public static final int GETPID = 39;
    public static final int SENDMSG = 46;
    public static final int RECVMSG = 47;
    public static final int SOCKETPAIR = 53;
    public static final int WAIT4 = 61;
    public static final int KILL = 62;
    public static final int FTRUNCATE = 77;
    public static final int PTRACE = 101;
    public static final int GETUID = 102;
    public static final int PRCTL = 157;
    public static final int GETTID = 186;
    public static final int GETXATTR = 191;
    public static final int FUTEX = 202;
    public static final int GETDENTS64 = 217;
    public static final int TIMER_CREATE = 222;
    public static final int TIMER_SETTIME = 223;
    public static final int TIMER_DELETE = 226;
    public static final int CLOCK_GETTIME = 228;
    public static final int TGKILL = 234;
    public static final int WAITID = 247;
    public static final int INOTIFY_ADD_WATCH = 254;
    public static final int OPENAT = 257;
    public static final int FALLOCATE = 285;
    public static final int INOTIFY_INIT1 = 294;
    public static final int POLL = 7;
    public static final int PERF_EVENT_OPEN = 298;
    public static final int FANOTIFY_INIT = 300;
    public static final int FANOTIFY_MARK = 301;
    public static final int SCHED_SETATTR = 314;
    public static final int PIDFD_OPEN = 434;
    public static final int PIDFD_GETFD = 438;

    /** Bytes of {@link #scratch()}. */
    public static final int SCRATCH_SIZE = 64 * 1024;

    /**
     * As the C library's {@code syscall}, but the kernel's result comes back as it is: mov rax,rdi; mov rdi,rsi; mov rsi,rdx; mov rdx,rcx; mov r10,r8; mov r8,r9; mov r9,[rsp+8]; syscall; ret.
     */
    private static final MemorySegment SYSCALL =
            MachineCode.page(MachineCode.bytes("4889f8 4889f7 4889d6 4889ca 4d89c2 4d89c8 4c8b4c2408 0f05 c3"));

    private static final ThreadLocal<MemorySegment> SCRATCH = new ThreadLocal<>() {
        @Override
        protected MemorySegment initialValue() {
            return Arena.ofAuto().allocate(SCRATCH_SIZE, 64);
        }
    };

    private Syscalls() {}

    /** The calling thread's scratch memory, 64-byte aligned. Its contents do not outlive the next wrapper called on this thread. */
    public static MemorySegment scratch() {
        return SCRATCH.get();
    }

    /** Calls the kernel; an error comes back as its negated number. */
    public static long call(long number, long a, long b, long c, long d, long e, long f) {
        return Downcall.call(SYSCALL, number, a, b, c, d, e, f);
    }

    public static long call(long number) {
        return call(number, 0, 0, 0, 0, 0, 0);
    }

    public static long call(long number, long a) {
        return call(number, a, 0, 0, 0, 0, 0);
    }

    public static long call(long number, long a, long b) {
        return call(number, a, b, 0, 0, 0, 0);
    }

    public static long call(long number, long a, long b, long c) {
        return call(number, a, b, c, 0, 0, 0);
    }

    public static long call(long number, long a, long b, long c, long d) {
        return call(number, a, b, c, d, 0, 0);
    }
}
