package io.trapless.tracer.attach;

import io.trapless.binary.x86.Arithmetic;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Tells the tracer when a new program's dynamic linker has mapped and relocated all libraries, before it runs their initialisers. For that the linker's notification function jumps into a few
 * instructions in the unused rest of the last page of its code: they send the thread itself a signal that nobody handles and that is ignored by default. A thread that is traced stops at any
 * signal; if the tracer has died, the signal does nothing, and the program goes on without having noticed. No breakpoint, which would kill it then.
 *
 * <p>On the {@link Ptracer} thread only.
 */
final class StartStub {
    /** Ignored by default (signal(7)): SIGURG, SIGWINCH. */
    private static final int[] SIGNALS = {23, 28};

    private static final int SYS_RT_SIGACTION = 13;
    private static final int SYS_GETPID = 39;
    private static final int SYS_GETTID = 186;
    private static final int SYS_TGKILL = 234;

    /** {@code struct sigaction} of the kernel; the handler comes first, SIG_DFL is 0 and SIG_IGN 1. */
    private static final int SIGACTION_SIZE = 32;

    /** All that a C function may change: pushed in this order. */
    private static final Gpr[] SAVED = {Gpr.RAX, Gpr.RCX, Gpr.RDX, Gpr.RSI, Gpr.RDI, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11};

    private static final int[] SAVED_INDEXES = {
        Registers.RAX,
        Registers.RCX,
        Registers.RDX,
        Registers.RSI,
        Registers.RDI,
        Registers.R8,
        Registers.R9,
        Registers.R10,
        Registers.R11
    };

    private final TargetProcess target;
    private final int signal;
    private final long hook;
    private final byte[] original;
    private final long start;
    private final long roomEnd;
    private final byte[] code;

    private StartStub(
            TargetProcess target, int signal, long hook, byte[] original, long start, long roomEnd, byte[] code) {
        this.target = target;
        this.signal = signal;
        this.hook = hook;
        this.original = original;
        this.start = start;
        this.roomEnd = roomEnd;
        this.code = code;
    }

    /** Puts it into a program that stands at its execve; null, with nothing changed, if there is no room or no signal for it. */
    static @Nullable StartStub install(TargetProcess target, StoppedThread thread, LinkerImage image, long base)
            throws AttachException {
        int signal = freeSignal(thread.signalMask());
        long hook = base + image.hook();
        byte[] original = target.readMemory(hook, DynamicLinker.JUMP_BYTES);
        if (signal == 0 || !DynamicLinker.isReplaceable(original, image.hookSize())) {
            return null;
        }
        long start = (base + image.roomStart() + 15) & -16;
        byte[] code = code(start, signal, base + image.debug());
        byte[] room = new byte[code.length];
        if (start + code.length > base + image.roomEnd()
                || target.tryReadMemory(start, room, 0, room.length) != room.length
                || !Arrays.equals(room, new byte[code.length])) {
            return null;
        }
        Assembler jump = new Assembler(hook);
        jump.jmp(start);
        target.writeMemory(start, code);
        target.writeMemory(hook, jump.toByteArray());
        return new StartStub(target, signal, hook, original, start, base + image.roomEnd(), code);
    }

    private static int freeSignal(long mask) {
        for (int signal : SIGNALS) {
            if ((mask >>> (signal - 1) & 1) == 0) {
                return signal;
            }
        }
        return 0;
    }

    private static byte[] code(long start, int signal, long debug) {
        Assembler asm = new Assembler(start);
        for (Gpr register : SAVED) {
            asm.push(register);
        }
        Label out = asm.label();
        asm.alu(Arithmetic.CMP, Mem.ripAbsolute(debug + LinkerImage.STATE_OFFSET), LinkerImage.CONSISTENT, 4);
        asm.jcc(Condition.NE, out);
        // Only while nobody handles the signal: this may stay here for ever.
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, -SIGACTION_SIZE));
        asm.mov(Gpr.RDI, signal);
        asm.mov(Gpr.RSI, 0);
        asm.mov(Gpr.RDX, Gpr.RSP, 8);
        asm.mov(Gpr.R10, 8);
        systemCall(asm, SYS_RT_SIGACTION);
        asm.mov(Gpr.RAX, Mem.of(Gpr.RSP, 0), 8);
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, SIGACTION_SIZE));
        asm.alu(Arithmetic.CMP, Gpr.RAX, 1, 8);
        asm.jcc(Condition.A, out);
        systemCall(asm, SYS_GETPID);
        asm.mov(Gpr.RDI, Gpr.RAX, 8);
        systemCall(asm, SYS_GETTID);
        asm.mov(Gpr.RSI, Gpr.RAX, 8);
        asm.mov(Gpr.RDX, signal);
        systemCall(asm, SYS_TGKILL);
        asm.bind(out);
        for (int i = SAVED.length - 1; i >= 0; i--) {
            asm.pop(SAVED[i]);
        }
        asm.ret();
        return asm.toByteArray();
    }

    private static void systemCall(Assembler asm, int number) {
        asm.mov(Gpr.RAX, number);
        asm.syscall();
    }

    /** Whether a signal stop of the thread is the one that was waited for. */
    boolean isReached(StoppedThread thread, int stopSignal) throws AttachException {
        long rip = thread.registers().rip();
        return stopSignal == signal && rip > start && rip < start + code.length;
    }

    /** Takes everything back. The thread, which has reached it, stands where the notification function returns to then. */
    void leave(StoppedThread thread) throws AttachException {
        target.writeMemory(hook, original);
        Registers registers = thread.registers();
        long saved = registers.rsp();
        byte[] stack = target.readMemory(saved, 8 * SAVED.length + 8);
        for (int i = 0; i < SAVED.length; i++) {
            registers = registers.with(SAVED_INDEXES[i], Bytes.getLong(stack, 8 * (SAVED.length - 1 - i)));
        }
        thread.setRegisters(registers
                .with(Registers.RSP, saved + stack.length)
                .with(Registers.RIP, Bytes.getLong(stack, 8 * SAVED.length))
                .with(Registers.ORIG_RAX, -1));
        target.writeMemory(start, new byte[code.length]);
        if (roomEnd - start >= RemoteBatch.routineSize()) {
            target.setSpareRoom(new AddressRange(start, roomEnd));
        }
    }

    /** Takes it back before it was reached, if the thread does not stand in it just now. */
    void cancel(StoppedThread thread) throws AttachException {
        target.writeMemory(hook, original);
        long rip = thread.registers().rip();
        if (rip < start || rip >= start + code.length) {
            target.writeMemory(start, new byte[code.length]);
        }
    }
}
