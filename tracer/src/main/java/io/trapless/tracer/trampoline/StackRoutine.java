package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.R8;
import static io.trapless.binary.x86.Gpr.R9;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RBX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;
import static io.trapless.binary.x86.Gpr.RSP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;

/**
 * Walks a chain of frames: at each frame pointer lie the next one and a return address. Ends where a pointer is not aligned, does not lie above the one before, or can't be read, and where an address is none of code: so a
 * wild rbp gives a short stack and no more. Frames in the page of the stack pointer are read directly; others by {@code process_vm_readv(2)}, some of them at a time.
 *
 * <pre>
 *   r8   frames that there is still room for
 *   r9   address of the first byte in the window, rbx behind its last: bytes of the stack that were read already, at rsp
 *   rsi  frame pointer
 *   rcx  the lowest address at which it may point
 *   rdi  where the next address goes
 * </pre>
 */
final class StackRoutine {
    /** Bytes that are read at a time. */
    private static final int WINDOW = 256;

    /** The same where a thread may be a goroutine, whose stack has little room. */
    private static final int SMALL_WINDOW = 64;

    /** Bytes of stack besides the window: saved registers, and what a read takes. */
    private static final int OWN_STACK_BYTES = 176;

    /** Bytes of stack below its caller's, in whatever process. */
    static final int MOST_STACK_BYTES = WINDOW + OWN_STACK_BYTES;

    /** A frame pointer and a return address. */
    private static final int FRAME = 16;

    private static final int PAGE_SHIFT = 12;
    private static final int ADDRESS_BITS = 47;

    private final Assembler asm;
    private final int window;
    private final Label copyIn;
    private final Label walkFrames;

    StackRoutine(Assembler asm, ProcessFacts facts, Label copyIn) {
        this.asm = asm;
        this.window = window(facts);
        this.copyIn = copyIn;
        this.walkFrames = asm.label();
    }

    /** Bytes of stack below its caller's, at the most. */
    static int stackBytes(ProcessFacts facts) {
        return window(facts) + OWN_STACK_BYTES;
    }

    /** Where the C library keeps a thread's id there are no goroutines. */
    private static int window(ProcessFacts facts) {
        return facts.tidOffset() == ProcessFacts.NO_TID ? SMALL_WINDOW : WINDOW;
    }

    Label walkFrames() {
        return walkFrames;
    }

    void emit() {
        Label next = asm.label();
        Label done = asm.label();
        asm.align(16);
        asm.bind(walkFrames);
        asm.push(RBX);
        asm.push(R8);
        asm.push(R9);
        asm.push(RDI);
        asm.lea(RSP, Mem.of(RSP, -window));
        asm.mov(R8, RDX, 8);
        asm.xor(R9, R9, 4);
        asm.xor(RBX, RBX, 4);
        asm.bind(next);
        asm.test(R8, R8, 8);
        asm.jcc(Condition.E, done);
        asm.mov(RAX, RSI, 4);
        asm.and(RAX, Long.BYTES - 1, 4);
        asm.jcc(Condition.NE, done);
        asm.cmp(RSI, RCX, 8);
        asm.jcc(Condition.B, done);
        asm.mov(RAX, RSI, 8);
        asm.shr(RAX, ADDRESS_BITS);
        asm.jcc(Condition.NE, done);
        emitRead(done);
        // rax = the next frame pointer, rdx = the return address
        asm.mov(R10, RDX, 8);
        asm.shr(R10, PAGE_SHIFT);
        asm.jcc(Condition.E, done);
        asm.shr(R10, ADDRESS_BITS - PAGE_SHIFT);
        asm.jcc(Condition.NE, done);
        asm.mov(Mem.of(RDI, 0), RDX, 8);
        asm.add(RDI, Long.BYTES, 8);
        asm.sub(R8, 1, 8);
        asm.lea(RCX, Mem.of(RSI, FRAME));
        asm.mov(RSI, RAX, 8);
        asm.jmp(next);
        asm.bind(done);
        asm.lea(RSP, Mem.of(RSP, window));
        asm.mov(RAX, RDI, 8);
        asm.pop(RDI);
        asm.sub(RAX, RDI, 8);
        asm.shr(RAX, 3);
        asm.pop(R9);
        asm.pop(R8);
        asm.pop(RBX);
        asm.ret();
    }

    /** rax, rdx = the two words at rsi; goes to {@code ifUnreadable} if they are not there. */
    private void emitRead(Label ifUnreadable) {
        Label unproven = asm.label();
        Label fill = asm.label();
        Label inWindow = asm.label();
        Label read = asm.label();
        asm.mov(R10, RSI, 8);
        asm.xor(R10, RSP, 8);
        asm.shr(R10, PAGE_SHIFT);
        asm.jcc(Condition.NE, unproven);
        asm.lea(R11, Mem.of(RSI, FRAME - 1));
        asm.xor(R11, RSP, 8);
        asm.shr(R11, PAGE_SHIFT);
        asm.jcc(Condition.NE, unproven);
        asm.mov(RAX, Mem.of(RSI, 0), 8);
        asm.mov(RDX, Mem.of(RSI, 8), 8);
        asm.jmp(read);
        asm.bind(unproven);
        asm.cmp(RSI, R9, 8);
        asm.jcc(Condition.B, fill);
        asm.lea(RAX, Mem.of(RSI, FRAME));
        asm.cmp(RAX, RBX, 8);
        asm.jcc(Condition.BE, inWindow);
        asm.bind(fill);
        asm.push(RCX);
        asm.push(RDI);
        asm.lea(RDI, Mem.of(RSP, 2 * Long.BYTES));
        asm.mov(RDX, window);
        asm.call(copyIn);
        asm.pop(RDI);
        asm.pop(RCX);
        asm.mov(R9, RSI, 8);
        asm.lea(RBX, Mem.of(RSI, RAX, 1, 0));
        asm.cmp(RAX, FRAME, 8);
        asm.jcc(Condition.B, ifUnreadable);
        asm.bind(inWindow);
        asm.mov(R10, RSI, 8);
        asm.sub(R10, R9, 8);
        asm.mov(RAX, Mem.of(RSP, R10, 1, 0), 8);
        asm.mov(RDX, Mem.of(RSP, R10, 1, 8), 8);
        asm.bind(read);
    }
}
