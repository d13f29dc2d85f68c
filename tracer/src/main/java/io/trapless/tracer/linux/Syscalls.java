package io.trapless.tracer.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Any system call, through one downcall shape: libc's {@code syscall(2)} with errno captured. One shape keeps start-up short: each further one costs a
 * linkage of its own.
 *
 * <p>Results follow the kernel's convention, not libc's: an error is the negated error number. Any thread may call; the scratch memory is the calling
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
    public static final int OPENAT = 257;
    public static final int POLL = 7;
    public static final int PERF_EVENT_OPEN = 298;
    public static final int FANOTIFY_INIT = 300;
    public static final int FANOTIFY_MARK = 301;
    public static final int SCHED_SETATTR = 314;
    public static final int PIDFD_OPEN = 434;
    public static final int PIDFD_GETFD = 438;

    /** Bytes of {@link #scratch()}. */
    public static final int SCRATCH_SIZE = 64 * 1024;

    @SuppressWarnings("restricted") // calling the kernel is what this module is for
    private static final MethodHandle SYSCALL = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("syscall"),
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.JAVA_LONG),
                    Linker.Option.captureCallState("errno"));

    private static final ThreadLocal<ThreadMemory> MEMORY = new ThreadLocal<>() {
        @Override
        protected ThreadMemory initialValue() {
            return new ThreadMemory();
        }
    };

    private static final class ThreadMemory {
        final MemorySegment errno;
        final MemorySegment scratch;

        ThreadMemory() {
            Arena arena = Arena.ofAuto();
            errno = arena.allocate(Linker.Option.captureStateLayout());
            scratch = arena.allocate(SCRATCH_SIZE, 64);
        }
    }

    private Syscalls() {}

    /** The calling thread's scratch memory, 64-byte aligned. Its contents do not outlive the next wrapper called on this thread. */
    public static MemorySegment scratch() {
        return MEMORY.get().scratch;
    }

    /** Calls the kernel; an error comes back as its negated number. */
    public static long call(long number, long a, long b, long c, long d, long e, long f) {
        MemorySegment errno = MEMORY.get().errno;
        try {
            long result = (long) SYSCALL.invokeExact(errno, number, a, b, c, d, e, f);
            return result == -1 ? -errno.get(ValueLayout.JAVA_INT, 0) : result;
        } catch (RuntimeException | Error unexpected) {
            throw unexpected;
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
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
