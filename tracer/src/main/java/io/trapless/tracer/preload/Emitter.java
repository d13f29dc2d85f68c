package io.trapless.tracer.preload;

import io.trapless.binary.elfwriter.SharedObject;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;

/**
 * What the parts of the initializer share. Throughout it rbp is the start of the read-only data; rax, rcx, rdx, rsi, rdi and r8 to r11 are anybody's; system calls are made directly, so that no
 * function that may be probed runs, and so that it works before the C library's own initializer.
 */
final class Emitter {
    static final String ITERATE = "dl_iterate_phdr";
    static final String RSEQ_OFFSET = "__rseq_offset";
    static final String RSEQ_SIZE = "__rseq_size";
    static final String GLIBC_VERSION = "gnu_get_libc_version";
    static final String SINGLE_THREADED = "__libc_single_threaded";

    /** What the initializer may use of the C library, where it is there. */
    static final String[] IMPORTS = {ITERATE, RSEQ_OFFSET, RSEQ_SIZE, GLIBC_VERSION, SINGLE_THREADED};

    final Assembler asm;
    private final SharedObject object;
    private final Label same;

    Emitter(SharedObject object) {
        this.object = object;
        this.asm = new Assembler(object.codeAddress());
        this.same = asm.label();
    }

    Mem variable(int offset) {
        return Mem.ripAbsolute(object.writableAddress() + offset);
    }

    Mem constant(int offset) {
        return Mem.ripAbsolute(object.readOnlyAddress() + offset);
    }

    Mem slot(String name) {
        return Mem.ripAbsolute(object.slotAddress(name));
    }

    void systemCall(int number) {
        asm.mov(Gpr.RAX, number);
        asm.syscall();
    }

    /** Jumps if the system call before failed. */
    void ifFailed(Label target) {
        asm.test(Gpr.RAX, Gpr.RAX, 8);
        asm.jcc(Condition.S, target);
    }

    /** {@code dst =} the address of what the 32-bit offset at {@code field} means. */
    void pointer(Gpr dst, Mem field) {
        asm.mov(dst, field, 4);
        asm.add(dst, Gpr.RBP, 8);
    }

    /** Calls: ZF if the rcx bytes at rdi and rsi are the same; rcx may be 0. Clobbers rax, rcx, rsi, rdi. */
    void callSame() {
        asm.call(same);
    }

    /** Emits what {@link #callSame} calls. */
    void emitSame() {
        Label done = asm.label();
        asm.align(16);
        asm.bind(same);
        asm.test(Gpr.RCX, Gpr.RCX, 8);
        asm.jcc(Condition.E, done);
        Label again = asm.here();
        asm.movzx(Gpr.RAX, Mem.of(Gpr.RDI, 0), 1);
        asm.cmp(Gpr.RAX, Mem.of(Gpr.RSI, 0), 1);
        asm.jcc(Condition.NE, done);
        asm.inc(Gpr.RDI, 8);
        asm.inc(Gpr.RSI, 8);
        asm.dec(Gpr.RCX, 8);
        asm.jcc(Condition.NE, again);
        asm.bind(done);
        asm.ret();
    }

    /** Adds one to a counter of the session, if its header is mapped. Clobbers rax. */
    void count(int counterOffset) {
        asm.mov(Gpr.RAX, variable(State.HEADER), 8);
        asm.lockInc(Mem.of(Gpr.RAX, counterOffset), 8);
    }

    /** Pushes all registers that a function must keep. */
    void enter() {
        for (Gpr register : KEPT) {
            asm.push(register);
        }
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, -8)); // 16-byte alignment: the return address and six registers
        asm.lea(Gpr.RBP, constant(0));
    }

    /** Undoes {@link #enter} and returns. */
    void leave() {
        asm.lea(Gpr.RSP, Mem.of(Gpr.RSP, 8));
        for (int i = KEPT.length - 1; i >= 0; i--) {
            asm.pop(KEPT[i]);
        }
        asm.ret();
    }

    private static final Gpr[] KEPT = {Gpr.RBP, Gpr.RBX, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15};
}
