package io.trapless.tracer.preload;

import static io.trapless.binary.x86.Gpr.R12;
import static io.trapless.binary.x86.Gpr.R13;
import static io.trapless.binary.x86.Gpr.R14;
import static io.trapless.binary.x86.Gpr.R15;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RBP;
import static io.trapless.binary.x86.Gpr.RBX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.PreloadDescriptor;

/**
 * The callback of {@code dl_iterate_phdr(3)}: recognises modules. First the program headers are compared, so that what is read next is certainly mapped; then the build id, or the hash of the code.
 */
final class FindingRoutine {
    private static final int SEGMENT_SIZE = 56;

    /** Offsets in struct dl_phdr_info (link.h). */
    private static final int INFO_BIAS = 0;

    private static final int INFO_NAME = 8;
    private static final int INFO_HEADERS = 16;
    private static final int INFO_HEADER_COUNT = 24;

    private final Emitter emitter;
    private final Assembler asm;
    private final int moduleCount;
    private final Label start;

    FindingRoutine(Emitter emitter, int moduleCount) {
        this.emitter = emitter;
        this.asm = emitter.asm;
        this.moduleCount = moduleCount;
        this.start = asm.label();
    }

    /** Where it begins. */
    Label start() {
        return start;
    }

    /** r14 = the loader's description of a module, r12 = its bias, rbx = a record, r15 = the record's number, r13 = that module's flag. */
    void emit() {
        Label next = asm.label();
        Label other = asm.label();
        Label done = asm.label();
        asm.align(16);
        asm.bind(start);
        emitter.enter();
        asm.mov(R14, RDI, 8);
        asm.mov(R12, Mem.of(R14, INFO_BIAS), 8);
        asm.mov(RBX, RBP, 8); // the records stand first
        asm.xor(R15, R15, 4);
        Label again = asm.here();
        asm.cmp(R15, moduleCount, 8);
        asm.jcc(Condition.AE, done);
        asm.lea(R13, emitter.variable(State.isFound(moduleCount)));
        asm.lea(R13, Mem.of(R13, R15, 8, 0));
        asm.cmp(Mem.of(R13, 0), 0, 8);
        asm.jcc(Condition.NE, next);
        compareHeaders(other);
        compareBuild(other);
        asm.lea(RAX, emitter.variable(State.BIAS));
        asm.mov(Mem.of(RAX, R15, 8, 0), R12, 8);
        asm.mov(Mem.of(R13, 0), 1, 8);
        asm.inc(emitter.variable(State.FOUND), 8);
        asm.jmp(next);
        asm.bind(other);
        countSameName(next);
        asm.bind(next);
        asm.add(RBX, ModuleRecord.SIZE, 8);
        asm.inc(R15, 8);
        asm.jmp(again);
        asm.bind(done);
        asm.xor(RAX, RAX, 4); // go on
        emitter.leave();
    }

    private void compareHeaders(Label other) {
        asm.movzx(RCX, Mem.of(R14, INFO_HEADER_COUNT), 2);
        asm.imul(RCX, RCX, SEGMENT_SIZE);
        asm.cmp(RCX, Mem.of(RBX, ModuleRecord.HEADERS_SIZE), 4);
        asm.jcc(Condition.NE, other);
        asm.mov(RDI, Mem.of(R14, INFO_HEADERS), 8);
        emitter.pointer(RSI, Mem.of(RBX, ModuleRecord.HEADERS));
        emitter.callSame();
        asm.jcc(Condition.NE, other);
    }

    private void compareBuild(Label other) {
        Label hash = asm.label();
        Label same = asm.label();
        asm.mov(RCX, Mem.of(RBX, ModuleRecord.ID_SIZE), 4);
        asm.test(RCX, RCX, 4);
        asm.jcc(Condition.E, hash);
        asm.mov(RDI, Mem.of(RBX, ModuleRecord.ID_ADDRESS), 8);
        asm.add(RDI, R12, 8);
        emitter.pointer(RSI, Mem.of(RBX, ModuleRecord.ID));
        emitter.callSame();
        asm.jcc(Condition.NE, other);
        asm.jmp(same);
        asm.bind(hash);
        asm.mov(RDI, Mem.of(RBX, ModuleRecord.HASH_ADDRESS), 8);
        asm.add(RDI, R12, 8);
        asm.mov(RCX, Mem.of(RBX, ModuleRecord.HASH_WORDS), 8);
        asm.mov(RAX, TextHash.SEED);
        asm.mov(RSI, TextHash.PRIME);
        Label again = asm.here();
        asm.xor(RAX, Mem.of(RDI, 0), 8);
        asm.imul(RAX, RSI);
        asm.mov(RDX, RAX, 8);
        asm.shr(RDX, 32);
        asm.xor(RAX, RDX, 8);
        asm.add(RDI, 8, 8);
        asm.dec(RCX, 8);
        asm.jcc(Condition.NE, again);
        asm.cmp(RAX, Mem.of(RBX, ModuleRecord.HASH), 8);
        asm.jcc(Condition.NE, other);
        asm.bind(same);
    }

    /** Counts a module that has a wanted name and is another build. */
    private void countSameName(Label next) {
        Label named = asm.label();
        Label scan = asm.label();
        Label scanned = asm.label();
        asm.mov(RSI, Mem.of(R14, INFO_NAME), 8);
        asm.test(RSI, RSI, 8);
        asm.jcc(Condition.E, next);
        asm.cmp(Mem.of(RSI, 0), 0, 1);
        asm.jcc(Condition.NE, named);
        asm.lea(RSI, emitter.variable(State.PROGRAM)); // the program has no name for the loader
        asm.bind(named);
        asm.mov(RDI, RSI, 8);
        asm.bind(scan);
        asm.movzx(RAX, Mem.of(RSI, 0), 1);
        asm.inc(RSI, 8);
        asm.test(RAX, RAX, 4);
        asm.jcc(Condition.E, scanned);
        asm.cmp(RAX, '/', 4);
        asm.jcc(Condition.NE, scan);
        asm.mov(RDI, RSI, 8);
        asm.jmp(scan);
        asm.bind(scanned);
        asm.mov(RCX, RSI, 8);
        asm.sub(RCX, RDI, 8); // with its NUL, so a longer name is no match
        emitter.pointer(RSI, Mem.of(RBX, ModuleRecord.NAME));
        emitter.callSame();
        asm.jcc(Condition.NE, next);
        emitter.count(PreloadDescriptor.OTHER_BUILD_OFFSET);
    }
}
