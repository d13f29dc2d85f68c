package io.trapless.tracer.preload;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R12;
import static io.trapless.binary.x86.Gpr.R13;
import static io.trapless.binary.x86.Gpr.R14;
import static io.trapless.binary.x86.Gpr.R15;
import static io.trapless.binary.x86.Gpr.R8;
import static io.trapless.binary.x86.Gpr.R9;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RBP;
import static io.trapless.binary.x86.Gpr.RBX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;
import static io.trapless.tracer.preload.OpeningRoutine.MAP_SHARED;
import static io.trapless.tracer.preload.OpeningRoutine.PAGE;
import static io.trapless.tracer.preload.OpeningRoutine.PROT_READ_WRITE;
import static io.trapless.tracer.preload.OpeningRoutine.SYS_MMAP;
import static io.trapless.tracer.preload.OpeningRoutine.SYS_MUNMAP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.SessionHeaderDescriptor;

/**
 * Arms one module: all of it or nothing. No other thread runs and all signals are blocked, so nobody executes the module's code while it is being changed; the text is made writable before
 * the first byte changes, and stays executable meanwhile, so that a refusal comes early and harms nothing.
 *
 * <p>Called with rbx = the module's record and r12 = its bias; gives eax = 1 if it is armed. r13 = its region, r14 = the image of it that fits, r15 = a counter.
 */
final class ArmingRoutine {
    private static final int SYS_MPROTECT = 10;
    private static final int SYS_MADVISE = 28;
    private static final int SYS_GETPID = 39;
    private static final int MADV_WIPEONFORK = 18;
    private static final int PROT_READ_EXEC = 5;
    private static final int PROT_ALL = 7;

    /** MAP_PRIVATE, MAP_ANONYMOUS, MAP_FIXED_NOREPLACE: before Linux 4.17 the last is no more than a hint, so the result is looked at. */
    private static final int MAP_THERE_OR_NOWHERE = 0x2 | 0x20 | 0x100000;

    private static final int MAP_FIXED = 0x10;

    private final Emitter emitter;
    private final Assembler asm;
    private final Label start;
    private final Label failed;
    private final Label giveRegionBack;
    private final Label protectBack;

    ArmingRoutine(Emitter emitter) {
        this.emitter = emitter;
        this.asm = emitter.asm;
        this.start = asm.label();
        this.failed = asm.label();
        this.giveRegionBack = asm.label();
        this.protectBack = asm.label();
    }

    Label start() {
        return start;
    }

    void emit() {
        asm.align(16);
        asm.bind(start);
        asm.push(R15);
        asm.mov(R14, emitter.variable(State.IMAGE), 8);
        asm.add(R14, RBX, 8);
        compareText();
        mapRegion();
        mapHeader();
        fillRegion();
        unprotectText();
        writeChanges();
        protectText();
        raiseSemaphores();
        asm.mov(RAX, 1);
        asm.pop(R15);
        asm.ret();

        asm.bind(protectBack); // r15: how many pieces are still as they were
        Label undone = asm.label();
        Label again = asm.here();
        asm.mov(RAX, Mem.of(RBX, ModuleRecord.TEXT_COUNT), 4);
        asm.cmp(R15, RAX, 8);
        asm.jcc(Condition.AE, undone);
        textPiece();
        asm.mov(RDX, Mem.of(RCX, 16), 8);
        emitter.systemCall(SYS_MPROTECT);
        asm.inc(R15, 8);
        asm.jmp(again);
        asm.bind(undone);
        asm.bind(giveRegionBack);
        asm.mov(RDI, R13, 8);
        asm.mov(RSI, Mem.of(RBX, ModuleRecord.REGION_SIZE), 4);
        emitter.systemCall(SYS_MUNMAP);
        asm.bind(failed);
        asm.xor(RAX, RAX, 4);
        asm.pop(R15);
        asm.ret();
    }

    /** r8 = the first change, r15 = how many; jumps if there is none. */
    private void firstChange(Label ifNone) {
        emitter.pointer(R8, Mem.of(R14, ModuleRecord.IMAGE_CHANGES));
        asm.mov(R15, Mem.of(R14, ModuleRecord.IMAGE_CHANGE_COUNT), 4);
        asm.test(R15, R15, 8);
        asm.jcc(Condition.E, ifNone);
    }

    private void nextChange(Label again) {
        asm.add(R8, ModuleRecord.CHANGE_SIZE, 8);
        asm.dec(R15, 8);
        asm.jcc(Condition.NE, again);
    }

    /** rdi = address of the change at r8, rcx = its length, rsi = what the field means. */
    private void loadChange(int field) {
        asm.mov(RDI, Mem.of(R8, ModuleRecord.CHANGE_ADDRESS), 8);
        asm.add(RDI, R12, 8);
        asm.mov(RCX, Mem.of(R8, ModuleRecord.CHANGE_LENGTH), 4);
        emitter.pointer(RSI, Mem.of(R8, field));
    }

    private void compareText() {
        firstChange(failed);
        Label again = asm.here();
        loadChange(ModuleRecord.CHANGE_ORIGINAL);
        emitter.callSame();
        asm.jcc(Condition.NE, failed);
        nextChange(again);
    }

    private void mapRegion() {
        Label next = asm.label();
        Label free = asm.label();
        Label got = asm.label();
        emitter.pointer(R15, Mem.of(RBX, ModuleRecord.PLACES_AT));
        asm.mov(emitter.variable(State.LEFT), ModuleRecord.PLACES, 8);
        Label again = asm.here();
        asm.mov(R13, Mem.of(R15, 0), 8);
        asm.add(R13, R12, 8);
        asm.mov(RDI, R13, 8);
        asm.mov(RSI, Mem.of(RBX, ModuleRecord.REGION_SIZE), 4);
        asm.mov(RDX, PROT_READ_WRITE);
        asm.mov(R10, MAP_THERE_OR_NOWHERE);
        asm.mov(R8, -1);
        asm.xor(R9, R9, 4);
        emitter.systemCall(SYS_MMAP);
        asm.cmp(RAX, R13, 8);
        asm.jcc(Condition.E, got);
        emitter.ifFailed(next);
        asm.bind(free); // it lies elsewhere
        asm.mov(RDI, RAX, 8);
        asm.mov(RSI, Mem.of(RBX, ModuleRecord.REGION_SIZE), 4);
        emitter.systemCall(SYS_MUNMAP);
        asm.bind(next);
        asm.add(R15, 8, 8);
        asm.dec(emitter.variable(State.LEFT), 8);
        asm.jcc(Condition.NE, again);
        asm.jmp(failed);
        asm.bind(got);
    }

    /** Maps the session's header with its enable bytes behind the code, and makes the page behind that, with the pid, one that a fork wipes. */
    private void mapHeader() {
        asm.mov(R15, Mem.of(RBX, ModuleRecord.CODE_SIZE), 4);
        asm.add(R15, R13, 8);
        asm.mov(RDI, R15, 8);
        asm.mov(RSI, SessionHeaderDescriptor.RINGS_OFFSET);
        asm.mov(RDX, PROT_READ_WRITE);
        asm.mov(R10, MAP_SHARED | MAP_FIXED);
        asm.mov(R8, emitter.variable(State.DESCRIPTOR), 8);
        asm.xor(R9, R9, 4);
        emitter.systemCall(SYS_MMAP);
        emitter.ifFailed(giveRegionBack);
        asm.lea(RDI, Mem.of(R15, SessionHeaderDescriptor.RINGS_OFFSET));
        asm.mov(RSI, PAGE);
        asm.mov(RDX, MADV_WIPEONFORK);
        emitter.systemCall(SYS_MADVISE);
        emitter.ifFailed(giveRegionBack);
        emitter.systemCall(SYS_GETPID);
        asm.mov(Mem.of(R15, SessionHeaderDescriptor.RINGS_OFFSET), RAX, 4);
    }

    private void fillRegion() {
        emitter.pointer(RSI, Mem.of(R14, ModuleRecord.IMAGE_CODE));
        asm.mov(RDI, R13, 8);
        asm.mov(RCX, Mem.of(R14, ModuleRecord.IMAGE_CODE_BYTES), 4);
        asm.cld();
        asm.repMovsb();
        for (LinkPlace.Kind kind : LinkPlace.Kind.values()) {
            loadValue(RDX, kind);
            addToFields(kind);
        }
        asm.mov(RDI, R13, 8);
        asm.mov(RSI, Mem.of(RBX, ModuleRecord.CODE_SIZE), 4);
        asm.mov(RDX, PROT_READ_EXEC);
        emitter.systemCall(SYS_MPROTECT);
        emitter.ifFailed(giveRegionBack);
    }

    private void loadValue(Gpr dst, LinkPlace.Kind kind) {
        switch (kind) {
            case REGION -> asm.mov(dst, R13, 8);
            case BIAS -> asm.mov(dst, R12, 8);
            case RINGS -> asm.mov(dst, emitter.variable(State.RINGS), 8);
            case DISTANCE -> {
                asm.mov(dst, R12, 8);
                asm.sub(dst, R13, 8);
            }
            case TID -> asm.mov(dst, emitter.variable(State.TID_OFFSET), 8);
            case RSEQ -> asm.mov(dst, emitter.variable(State.RSEQ_OFFSET), 8);
        }
    }

    /** Adds rdx to every field of one kind. */
    private void addToFields(LinkPlace.Kind kind) {
        Label done = asm.label();
        int list = ModuleRecord.IMAGE_FIELDS + 8 * kind.number();
        emitter.pointer(RSI, Mem.of(R14, list));
        asm.mov(RCX, Mem.of(R14, list + 4), 4);
        asm.test(RCX, RCX, 8);
        asm.jcc(Condition.E, done);
        Label again = asm.here();
        asm.mov(RAX, Mem.of(RSI, 0), 4);
        asm.add(Mem.of(R13, RAX, 1, 0), RDX, kind.sizeBytes());
        asm.add(RSI, 4, 8);
        asm.dec(RCX, 8);
        asm.jcc(Condition.NE, again);
        asm.bind(done);
    }

    /** rdi, rsi = address and size of piece r15 of the text, rcx = its entry. */
    private void textPiece() {
        emitter.pointer(RCX, Mem.of(RBX, ModuleRecord.TEXTS));
        asm.imul(RAX, R15, ModuleRecord.TEXT_SIZE);
        asm.add(RCX, RAX, 8);
        asm.mov(RDI, Mem.of(RCX, 0), 8);
        asm.add(RDI, R12, 8);
        asm.mov(RSI, Mem.of(RCX, 8), 8);
    }

    /** From the last piece to the first, so that r15 tells how far it came. */
    private void unprotectText() {
        Label all = asm.label();
        Label stays = asm.label();
        asm.mov(R15, Mem.of(RBX, ModuleRecord.TEXT_COUNT), 4);
        Label again = asm.here();
        asm.test(R15, R15, 8);
        asm.jcc(Condition.E, all);
        asm.dec(R15, 8);
        textPiece();
        asm.mov(RDX, PROT_ALL);
        emitter.systemCall(SYS_MPROTECT);
        emitter.ifFailed(stays);
        asm.jmp(again);
        asm.bind(stays);
        asm.inc(R15, 8);
        asm.jmp(protectBack);
        asm.bind(all);
    }

    private void writeChanges() {
        Label done = asm.label();
        firstChange(done);
        Label again = asm.here();
        Label plain = asm.label();
        loadChange(ModuleRecord.CHANGE_REPLACEMENT);
        asm.mov(R9, RDI, 8);
        asm.repMovsb();
        asm.movsx(RAX, Mem.of(R8, ModuleRecord.CHANGE_DISTANCE_AT), 4);
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.S, plain);
        asm.mov(RDX, R13, 8);
        asm.sub(RDX, R12, 8);
        asm.add(Mem.of(R9, RAX, 1, 0), RDX, 4);
        asm.bind(plain);
        nextChange(again);
        asm.bind(done);
    }

    /** A piece that can't be protected again stays writable: that harms nobody. */
    private void protectText() {
        Label done = asm.label();
        asm.xor(R15, R15, 4);
        Label again = asm.here();
        asm.mov(RAX, Mem.of(RBX, ModuleRecord.TEXT_COUNT), 4);
        asm.cmp(R15, RAX, 8);
        asm.jcc(Condition.AE, done);
        textPiece();
        asm.mov(RDX, Mem.of(RCX, 16), 8);
        emitter.systemCall(SYS_MPROTECT);
        asm.inc(R15, 8);
        asm.jmp(again);
        asm.bind(done);
    }

    private void raiseSemaphores() {
        Label done = asm.label();
        emitter.pointer(RSI, Mem.of(RBX, ModuleRecord.SEMAPHORES));
        asm.mov(RCX, Mem.of(RBX, ModuleRecord.SEMAPHORE_COUNT), 4);
        asm.test(RCX, RCX, 8);
        asm.jcc(Condition.E, done);
        Label again = asm.here();
        Label full = asm.label();
        asm.mov(RDI, Mem.of(RSI, 0), 8);
        asm.cmp(Mem.of(RDI, R12, 1, 0), -1, 2);
        asm.jcc(Condition.E, full);
        asm.inc(Mem.of(RDI, R12, 1, 0), 2);
        asm.bind(full);
        asm.add(RSI, 8, 8);
        asm.dec(RCX, 8);
        asm.jcc(Condition.NE, again);
        asm.bind(done);
    }

    /** Emits a loop over the found modules, to be run with rbp set. Clobbers rbx and r12 to r15. */
    void emitLoop(int moduleCount, int failedCounter) {
        Label next = asm.label();
        Label done = asm.label();
        Label armed = asm.label();
        asm.mov(RBX, RBP, 8); // the records stand first
        asm.xor(R15, R15, 4);
        Label again = asm.here();
        asm.cmp(R15, moduleCount, 8);
        asm.jcc(Condition.AE, done);
        asm.lea(RAX, emitter.variable(State.isFound(moduleCount)));
        asm.cmp(Mem.of(RAX, R15, 8, 0), 0, 8);
        asm.jcc(Condition.E, next);
        asm.lea(RAX, emitter.variable(State.BIAS));
        asm.mov(R12, Mem.of(RAX, R15, 8, 0), 8);
        asm.call(start);
        asm.test(RAX, RAX, 4);
        asm.jcc(Condition.NE, armed);
        emitter.count(failedCounter);
        asm.jmp(next);
        asm.bind(armed);
        asm.inc(emitter.variable(State.ARMED), 8);
        asm.bind(next);
        asm.add(RBX, ModuleRecord.SIZE, 8);
        asm.inc(R15, 8);
        asm.jmp(again);
        asm.bind(done);
    }
}
