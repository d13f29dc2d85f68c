package io.trapless.tracer.preload;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;

import io.trapless.binary.elfwriter.SharedObject;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.PreloadDescriptor;

/**
 * The code that the dynamic linker runs before that of every other module. Whatever it does not find as it wants it, it leaves as it is, and the program runs as if nothing had been loaded:
 *
 * <ol>
 *   <li>open the session's ring file, and map its first page;
 *   <li>block all signals; go on only if there is one thread;
 *   <li>find where threads keep their id and their rseq area;
 *   <li>find the modules that are loaded;
 *   <li>map the rings; arm each module;
 *   <li>unmap the first page, close the file, restore the signal mask.
 * </ol>
 */
final class Initializer {
    private static final int SYS_RT_SIGPROCMASK = 14;
    private static final int SIG_SETMASK = 2;
    private static final int SIGNAL_SET_SIZE = 8;

    private final Emitter emitter;
    private final Assembler asm;
    private final int moduleCount;
    private final Texts texts;

    /** Offsets of strings in the read-only data, each ended by NUL. */
    record Texts(int ringsPath, int taskFolder, int programLink) {}

    private Initializer(SharedObject object, int moduleCount, Texts texts) {
        this.emitter = new Emitter(object);
        this.asm = emitter.asm;
        this.moduleCount = moduleCount;
        this.texts = texts;
    }

    /** The object's code; it begins at its first byte. */
    static byte[] code(SharedObject object, int moduleCount, Texts texts, SessionRings rings) {
        return new Initializer(object, moduleCount, texts).emit(rings);
    }

    private byte[] emit(SessionRings rings) {
        OpeningRoutine opening = new OpeningRoutine(emitter, texts.ringsPath, rings);
        FactsRoutine facts = new FactsRoutine(emitter);
        FindingRoutine finding = new FindingRoutine(emitter, moduleCount);
        ArmingRoutine arming = new ArmingRoutine(emitter);
        Label out = asm.label();
        Label failed = asm.label();
        Label close = asm.label();
        Label unblock = asm.label();

        emitter.enter();
        asm.cmp(emitter.variable(State.DONE), 0, 8);
        asm.jcc(Condition.NE, out);
        asm.mov(emitter.variable(State.DONE), 1, 8);
        opening.emit(out);
        emitter.count(PreloadDescriptor.STARTED_OFFSET);
        asm.mov(emitter.variable(State.ALL_SIGNALS), -1, 8);
        setMask(State.ALL_SIGNALS, true);
        emitter.ifFailed(close);
        facts.emitOneThread(texts.taskFolder, failed);
        facts.emitThreadId(failed);
        facts.emitRseq();
        facts.emitProgram(texts.programLink);
        asm.mov(RAX, emitter.slot(Emitter.ITERATE), 8);
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.E, failed);
        asm.lea(RDI, Mem.rip(finding.start()));
        asm.xor(RSI, RSI, 4);
        asm.call(RAX);
        asm.cmp(emitter.variable(State.FOUND), 0, 8);
        asm.jcc(Condition.E, unblock);
        opening.emitMapping(failed);
        arming.emitLoop(moduleCount, PreloadDescriptor.FAILED_OFFSET);
        asm.cmp(emitter.variable(State.ARMED), 0, 8);
        asm.jcc(Condition.E, unblock);
        emitter.count(PreloadDescriptor.ARMED_OFFSET);
        asm.jmp(unblock);
        asm.bind(failed);
        emitter.count(PreloadDescriptor.FAILED_OFFSET);
        asm.bind(unblock);
        setMask(State.OLD_SIGNALS, false);
        asm.bind(close);
        opening.emitClosing();
        asm.bind(out);
        emitter.leave();

        finding.emit();
        arming.emit();
        emitter.emitSame();
        return asm.toByteArray();
    }

    /** Sets the signal mask from a variable, and keeps the old one if asked for. */
    private void setMask(int variable, boolean keepOld) {
        asm.mov(RDI, SIG_SETMASK);
        asm.lea(RSI, emitter.variable(variable));
        if (keepOld) {
            asm.lea(RDX, emitter.variable(State.OLD_SIGNALS));
        } else {
            asm.xor(RDX, RDX, 4);
        }
        asm.mov(R10, SIGNAL_SET_SIZE);
        Gpr number = RAX;
        asm.mov(number, SYS_RT_SIGPROCMASK);
        asm.syscall();
    }
}
