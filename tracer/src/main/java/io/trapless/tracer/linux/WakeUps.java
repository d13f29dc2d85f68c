package io.trapless.tracer.linux;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Keeps a blocking system call of one thread from blocking for ever: while armed, a signal that does nothing arrives at the thread again and again, and each one makes the call
 * return EINTR. It repeats because the first might arrive just before the call is made. Used by the thread that created it only.
 *
 * <p>The signal is a real-time one that neither the JVM nor libc uses; its handler is a single {@code ret}.
 */
public final class WakeUps {
    private static final int SIGNAL = 51;
    private static final long SA_RESTORER = 0x04000000L;
    private static final int SIGEV_THREAD_ID = 4;
    private static final int SIGEVENT_SIZE = 64;

    private static boolean installed;

    private final long timer;

    /** A timer of the calling thread, not armed. */
    public WakeUps() {
        installHandler();
        MemorySegment event = Syscalls.scratch();
        event.asSlice(0, SIGEVENT_SIZE).fill((byte) 0);
        event.set(ValueLayout.JAVA_INT, 8, SIGNAL);
        event.set(ValueLayout.JAVA_INT, 12, SIGEV_THREAD_ID);
        event.set(ValueLayout.JAVA_INT, 16, (int) Syscalls.call(Syscalls.GETTID));
        long id = event.address() + SIGEVENT_SIZE;
        LinuxException.check(
                Syscalls.call(Syscalls.TIMER_CREATE, TimeStampCounter.CLOCK_MONOTONIC, event.address(), id),
                "timer_create");
        timer = event.get(ValueLayout.JAVA_INT, SIGEVENT_SIZE);
    }

    /** Sends the first signal after this time, and then one each time it has passed again; 0 disarms. */
    public void arm(long periodNanos) {
        MemorySegment spec = Syscalls.scratch();
        for (int i = 0; i < 2; i++) {
            spec.set(ValueLayout.JAVA_LONG, 16L * i, periodNanos / 1_000_000_000L);
            spec.set(ValueLayout.JAVA_LONG, 16L * i + 8, periodNanos % 1_000_000_000L);
        }
        Syscalls.call(Syscalls.TIMER_SETTIME, timer, 0, spec.address(), 0);
    }

    /** Makes a blocking call of another thread that has its own wake-ups return EINTR. One that comes just before the call is lost. */
    public static void wake(int tid) {
        Processes.tgkill(Processes.pid(), tid, SIGNAL);
    }

    /** Gives the timer back. */
    public void delete() {
        Syscalls.call(Syscalls.TIMER_DELETE, timer);
    }

    /** {@code struct sigaction} of the kernel: handler, flags, restorer, mask. */
    private static synchronized void installHandler() {
        if (installed) {
            return;
        }
        // ret; and, 8 bytes further, mov $15,%eax; syscall (rt_sigreturn).
        MemorySegment code = MachineCode.page(MachineCode.bytes("c3 90909090909090  b80f000000 0f05"));
        MemorySegment action = Syscalls.scratch();
        action.set(ValueLayout.JAVA_LONG, 0, code.address());
        action.set(ValueLayout.JAVA_LONG, 8, SA_RESTORER);
        action.set(ValueLayout.JAVA_LONG, 16, code.address() + 8);
        action.set(ValueLayout.JAVA_LONG, 24, 0);
        LinuxException.check(Syscalls.call(Syscalls.RT_SIGACTION, SIGNAL, action.address(), 0, 8), "rt_sigaction");
        installed = true;
    }
}
