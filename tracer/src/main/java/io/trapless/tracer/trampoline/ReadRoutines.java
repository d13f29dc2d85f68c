package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.R8;
import static io.trapless.binary.x86.Gpr.R9;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;
import static io.trapless.binary.x86.Gpr.RSP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;

/**
 * Reads of memory that may not be there. A word in the page of the stack pointer is certainly there and is read directly; anything else goes through
 * {@code process_vm_readv(2)} of the thread on itself, which reports a fault instead of raising it. The target's own thread id names the process, so that a forked child reads its own memory.
 */
final class ReadRoutines {
    private static final int PAGE = 4096;
    private static final int PAGE_SHIFT = 12;
    private static final int SYS_PROCESS_VM_READV = 310;

    private final Assembler asm;
    private final ProcessFacts facts;
    private final Label safeLoad;
    private final Label readString;
    private final Label readBytes;
    private final Label copyIn;

    ReadRoutines(Assembler asm, ProcessFacts facts) {
        this.asm = asm;
        this.facts = facts;
        this.safeLoad = asm.label();
        this.readString = asm.label();
        this.readBytes = asm.label();
        this.copyIn = asm.label();
    }

    Label safeLoad() {
        return safeLoad;
    }

    Label readString() {
        return readString;
    }

    Label readBytes() {
        return readBytes;
    }

    Label copyIn() {
        return copyIn;
    }

    void emit() {
        emitSafeLoad();
        emitCopyIn();
        emitReadString();
        emitReadBytes();
    }

    private void emitSafeLoad() {
        Label unproven = asm.label();
        asm.align(16);
        asm.bind(safeLoad);
        asm.lea(R10, Mem.of(RAX, RDX, 1, -1));
        asm.mov(R11, RAX, 8);
        asm.xor(R11, RSP, 8);
        asm.shr(R11, PAGE_SHIFT);
        asm.jcc(Condition.NE, unproven);
        asm.xor(R10, RSP, 8);
        asm.shr(R10, PAGE_SHIFT);
        asm.jcc(Condition.NE, unproven);
        emitSizedLoad();
        asm.bind(unproven);
        asm.push(RDI);
        asm.push(RSI);
        asm.push(RCX);
        asm.push(0); // the value
        asm.push(RDX);
        asm.lea(RDI, Mem.of(RSP, 8));
        asm.mov(RSI, RAX, 8);
        asm.call(copyIn);
        asm.pop(RDX);
        asm.pop(RCX);
        Label fault = asm.label();
        Label restore = asm.label();
        asm.cmp(RAX, RDX, 8);
        asm.jcc(Condition.NE, fault);
        asm.mov(RAX, RCX, 8);
        asm.xor(RDX, RDX, 4);
        asm.jmp(restore);
        asm.bind(fault);
        asm.xor(RAX, RAX, 4);
        asm.mov(RDX, SharedRoutines.FAULT);
        asm.bind(restore);
        asm.pop(RCX);
        asm.pop(RSI);
        asm.pop(RDI);
        asm.ret();
    }

    /** rax = the edx bytes at rax; edx = 0; returns. */
    private void emitSizedLoad() {
        Label eight = asm.label();
        Label four = asm.label();
        Label two = asm.label();
        Label done = asm.label();
        asm.cmp(RDX, 8, 4);
        asm.jcc(Condition.E, eight);
        asm.cmp(RDX, 4, 4);
        asm.jcc(Condition.E, four);
        asm.cmp(RDX, 2, 4);
        asm.jcc(Condition.E, two);
        asm.movzx(RAX, Mem.of(RAX, 0), 1);
        asm.jmp(done);
        asm.bind(two);
        asm.movzx(RAX, Mem.of(RAX, 0), 2);
        asm.jmp(done);
        asm.bind(four);
        asm.mov(RAX, Mem.of(RAX, 0), 4);
        asm.jmp(done);
        asm.bind(eight);
        asm.mov(RAX, Mem.of(RAX, 0), 8);
        asm.bind(done);
        asm.xor(RDX, RDX, 4);
        asm.ret();
    }

    /** Copies rdx bytes from rsi to rdi, as far as they can be read; rax = how many. Keeps rdi, rsi, rdx; clobbers rcx, r10, r11. */
    private void emitCopyIn() {
        asm.align(16);
        asm.bind(copyIn);
        if (!facts.systemCalls()) {
            asm.xor(RAX, RAX, 4);
            asm.ret();
            return;
        }
        Gpr[] kept = {RDI, RSI, RDX, R8, R9};
        for (Gpr register : kept) {
            asm.push(register);
        }
        // Two remote vectors, cut at the page boundary: what the first page holds arrives even if the second is not
        // there.
        asm.mov(RAX, RSI, 4);
        asm.and(RAX, PAGE - 1, 4);
        asm.mov(RCX, PAGE);
        asm.sub(RCX, RAX, 8);
        asm.cmp(RCX, RDX, 8);
        asm.cmovcc(Condition.A, RCX, RDX);
        asm.mov(R11, RDX, 8);
        asm.sub(R11, RCX, 8);
        asm.lea(R10, Mem.of(RSI, RCX, 1, 0));
        asm.push(R11);
        asm.push(R10);
        asm.push(RCX);
        asm.push(RSI);
        asm.mov(R10, RSP, 8);
        asm.push(RDX);
        asm.push(RDI);
        asm.mov(RSI, RSP, 8);
        ThreadId.load(asm, facts, RDI);
        asm.mov(RDX, 1);
        asm.mov(R8, 2);
        asm.xor(R9, R9, 4);
        asm.mov(RAX, SYS_PROCESS_VM_READV);
        asm.syscall();
        asm.lea(RSP, Mem.of(RSP, 6 * 8));
        Label read = asm.label();
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.NS, read);
        asm.xor(RAX, RAX, 4);
        asm.bind(read);
        for (int i = kept.length - 1; i >= 0; i--) {
            asm.pop(kept[i]);
        }
        asm.ret();
    }

    private void emitReadString() {
        Label scan = asm.label();
        Label end = asm.label();
        Label found = asm.label();
        Label fault = asm.label();
        asm.align(16);
        asm.bind(readString);
        asm.add(RDX, 1, 8); // room for the NUL
        asm.call(copyIn);
        asm.xor(RCX, RCX, 4);
        asm.bind(scan);
        asm.cmp(RCX, RAX, 8);
        asm.jcc(Condition.AE, end);
        asm.cmp(Mem.of(RDI, RCX, 1, 0), 0, 1);
        asm.jcc(Condition.E, found);
        asm.add(RCX, 1, 8);
        asm.jmp(scan);
        asm.bind(found);
        asm.mov(RAX, RCX, 8);
        asm.xor(RDX, RDX, 4);
        asm.ret();
        asm.bind(end);
        asm.sub(RDX, 1, 8);
        asm.cmp(RAX, RDX, 8);
        asm.jcc(Condition.B, fault); // one byte less is no fault: only a NUL could have stood there
        asm.mov(RAX, RDX, 8);
        asm.mov(Mem.of(RDI, RAX, 1, 0), 0, 1);
        asm.mov(RDX, SharedRoutines.CUT);
        asm.ret();
        asm.bind(fault);
        asm.mov(Mem.of(RDI, 0), 0, 1);
        asm.xor(RAX, RAX, 4);
        asm.mov(RDX, SharedRoutines.FAULT);
        asm.ret();
    }

    private void emitReadBytes() {
        Label fault = asm.label();
        asm.align(16);
        asm.bind(readBytes);
        asm.call(copyIn);
        asm.cmp(RAX, RDX, 8);
        asm.jcc(Condition.NE, fault);
        asm.xor(RDX, RDX, 4);
        asm.ret();
        asm.bind(fault);
        asm.xor(RAX, RAX, 4);
        asm.mov(RDX, SharedRoutines.FAULT);
        asm.ret();
    }
}
