package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Arithmetic;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.SessionHeaderDescriptor;

/**
 * The code that a dynamic linker runs, in place of its function that does nothing, when its list of libraries has changed: it tells the tracer, and waits until that has looked, so that a new
 * library is armed before its first function runs. It waits no longer than {@link #LONGEST_WAIT_MILLIS}, and not at all without a sign of life of the tracer: a target never hangs on a tracer that
 * has died. This is no recording path; it makes system calls.
 *
 * <p>It changes no register and is entered and left like the function.
 */
public final class LoadNotifier {
    /** A tracer that has not told of itself for so long is taken for dead. */
    public static final int SIGN_OF_LIFE_MILLIS = 500;

    /** However alive the tracer is. */
    public static final int LONGEST_WAIT_MILLIS = 3_000;

    private static final int NAP_NANOS = 20_000_000;
    private static final int SYS_FUTEX = 202;
    private static final int FUTEX_WAIT = 0;
    private static final int FUTEX_WAKE = 1;

    private static final Gpr[] SAVED = {
        Gpr.RAX, Gpr.RCX, Gpr.RDX, Gpr.RSI, Gpr.RDI, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.RBX, Gpr.RBP
    };

    /** Below the saved registers: {@code struct timespec}, the request's number, the time when it was made. */
    private static final int REQUEST = 16;

    private static final int BEGIN = 24;
    private static final int LOCALS_SIZE = 32;

    private final Assembler asm;
    private final long cyclesPerSecond;
    private final Label out;

    private LoadNotifier(long start, long cyclesPerSecond) {
        this.asm = new Assembler(start);
        this.cyclesPerSecond = cyclesPerSecond;
        this.out = asm.label();
    }

    /**
     * What was made.
     *
     * @param returnOffset of its return, in bytes from its start
     */
    public record Code(byte[] bytes, int returnOffset) {}

    /**
     * Makes the code.
     *
     * @param start its address
     * @param state address of the linker's 32-bit word that is 0 while its list is whole
     * @param rings where the session's rings are mapped
     * @param slot the process's, of {@link SessionHeaderDescriptor#LOAD_SLOTS}
     */
    public static Code compile(long start, long state, long rings, int slot, long cyclesPerSecond) {
        LoadNotifier notifier = new LoadNotifier(start, cyclesPerSecond);
        int end = notifier.emit(state, rings, SessionHeaderDescriptor.loadSlotOffset(slot));
        return new Code(notifier.asm.toByteArray(), end);
    }

    /** RBX is the header's address, RBP the slot's: system calls keep them. */
    private int emit(long state, long rings, int slotOffset) {
        for (Gpr register : SAVED) {
            asm.push(register);
        }
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, -LOCALS_SIZE));
        asm.mov(Gpr.RAX, state);
        asm.alu(Arithmetic.CMP, Mem.of(Gpr.RAX, 0), 0, 4);
        asm.jcc(Condition.NE, out);
        asm.mov(Gpr.RBX, rings);
        asm.lea(Gpr.RBP, Mem.of(Gpr.RBX, slotOffset));
        leaveWithoutTracer();
        asm.mov(Mem.of(Gpr.RSP, BEGIN), Gpr.RAX, 8);
        request();
        awaitAnswer();
        asm.bind(out);
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, LOCALS_SIZE));
        for (int i = SAVED.length - 1; i >= 0; i--) {
            asm.pop(SAVED[i]);
        }
        int end = asm.position();
        asm.ret();
        return end;
    }

    /** Leaves RAX = now, TSC cycles. A sign of life may be a little later than now: clocks of two CPUs. */
    private void leaveWithoutTracer() {
        asm.rdtsc();
        asm.shl(Gpr.RDX, 32);
        asm.or(Gpr.RAX, Gpr.RDX, 8);
        asm.mov(Gpr.RCX, Mem.of(Gpr.RBX, SessionHeaderDescriptor.HEARTBEAT_OFFSET), 8);
        asm.test(Gpr.RCX, Gpr.RCX, 8);
        asm.jcc(Condition.E, out);
        asm.mov(Gpr.RDX, Gpr.RAX, 8);
        asm.sub(Gpr.RDX, Gpr.RCX, 8);
        asm.mov(Gpr.RCX, millis(SIGN_OF_LIFE_MILLIS));
        asm.cmp(Gpr.RDX, Gpr.RCX, 8);
        asm.jcc(Condition.G, out);
    }

    private long millis(int count) {
        return cyclesPerSecond / 1000 * count;
    }

    private void request() {
        asm.mov(Gpr.RAX, 1);
        asm.lockXadd(Mem.of(Gpr.RBP, 0), Gpr.RAX, 4);
        asm.add(Gpr.RAX, 1, 4);
        asm.mov(Mem.of(Gpr.RSP, REQUEST), Gpr.RAX, 4);
        asm.lockInc(Mem.of(Gpr.RBX, SessionHeaderDescriptor.LOAD_BELL_OFFSET), 4);
        asm.lea(Gpr.RDI, Mem.of(Gpr.RBX, SessionHeaderDescriptor.LOAD_BELL_OFFSET));
        asm.mov(Gpr.RSI, FUTEX_WAKE);
        asm.mov(Gpr.RDX, 1);
        asm.mov(Gpr.RAX, SYS_FUTEX);
        asm.syscall();
    }

    private void awaitAnswer() {
        Label again = asm.here();
        asm.mov(Gpr.RSI, Mem.of(Gpr.RBP, 4), 4);
        asm.mov(Gpr.RAX, Gpr.RSI, 4);
        asm.sub(Gpr.RAX, Mem.of(Gpr.RSP, REQUEST), 4);
        asm.jcc(Condition.NS, out);
        leaveWithoutTracer();
        asm.sub(Gpr.RAX, Mem.of(Gpr.RSP, BEGIN), 8);
        asm.mov(Gpr.RCX, millis(LONGEST_WAIT_MILLIS));
        asm.cmp(Gpr.RAX, Gpr.RCX, 8);
        asm.jcc(Condition.G, out);
        // The kernel compares the word once more with what was seen, so that no answer is slept through.
        asm.mov(Gpr.RDX, Gpr.RSI, 4);
        asm.mov(Mem.of(Gpr.RSP, 0), 0, 8);
        asm.mov(Mem.of(Gpr.RSP, 8), NAP_NANOS, 8);
        asm.lea(Gpr.RDI, Mem.of(Gpr.RBP, 4));
        asm.mov(Gpr.RSI, FUTEX_WAIT);
        asm.mov(Gpr.R10, Gpr.RSP, 8);
        asm.mov(Gpr.RAX, SYS_FUTEX);
        asm.syscall();
        asm.jmp(again);
    }
}
