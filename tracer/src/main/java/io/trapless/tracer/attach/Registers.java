package io.trapless.tracer.attach;

import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.Ptrace;

/** General registers of a stopped thread, in the order of {@code struct user_regs_struct} (sys/user.h). Immutable. */
public final class Registers {
    public static final int R15 = 0;
    public static final int R14 = 1;
    public static final int R13 = 2;
    public static final int R12 = 3;
    public static final int RBP = 4;
    public static final int RBX = 5;
    public static final int R11 = 6;
    public static final int R10 = 7;
    public static final int R9 = 8;
    public static final int R8 = 9;
    public static final int RAX = 10;
    public static final int RCX = 11;
    public static final int RDX = 12;
    public static final int RSI = 13;
    public static final int RDI = 14;
    public static final int ORIG_RAX = 15;
    public static final int RIP = 16;
    public static final int CS = 17;
    public static final int EFLAGS = 18;
    public static final int RSP = 19;
    public static final int SS = 20;
    public static final int FS_BASE = 21;
    public static final int GS_BASE = 22;
    public static final int DS = 23;
    public static final int ES = 24;
    public static final int FS = 25;
    public static final int GS = 26;

    /** Code segment of 64-bit programs (arch/x86/include/asm/segment.h, __USER_CS). */
    static final long USER_CS = 0x33;

    private final long[] values;

    Registers(long[] values) {
        this.values = values;
    }

    public long get(int register) {
        return values[register];
    }

    public long rip() {
        return values[RIP];
    }

    public long rsp() {
        return values[RSP];
    }

    public long fsBase() {
        return values[FS_BASE];
    }

    /** A copy with one register changed. */
    public Registers with(int register, long value) {
        long[] copy = values.clone();
        copy[register] = value;
        return new Registers(copy);
    }

    /** The number of the system call it is in, or -1. */
    public long systemCall() {
        return values[ORIG_RAX];
    }

    /**
     * It is in a system call that the stop has interrupted and the kernel will restart when the thread goes on: by stepping back over the {@code syscall} instruction (signal.c,
     * arch_do_signal_or_restart).
     */
    public boolean willRestart() {
        if (values[ORIG_RAX] < 0) {
            return false;
        }
        long error = -values[RAX];
        return (error >= Errno.ERESTARTSYS && error <= Errno.ERESTARTNOHAND) || error == Errno.ERESTART_RESTARTBLOCK;
    }

    /** As {@link #willRestart}, by restart_syscall(2), whose state a signal return would lose. */
    boolean willRestartByBlock() {
        return values[ORIG_RAX] >= 0 && values[RAX] == -Errno.ERESTART_RESTARTBLOCK;
    }

    long[] toArray() {
        return values.clone();
    }

    static Registers read(int tid) {
        long[] values = new long[Ptrace.REGISTER_COUNT];
        long result = Ptrace.getRegisters(tid, values);
        return new Registers(result < 0 ? new long[0] : values);
    }

    boolean absent() {
        return values.length == 0;
    }
}
