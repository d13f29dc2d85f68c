package io.trapless.tracer.preload;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.binary.x86.Segment;

/** Finds out about the process: whether it has one thread, where a thread keeps its id and its rseq area, and which program it is. */
final class FactsRoutine {
    private static final int SYS_READLINK = 89;
    private static final int SYS_GETTID = 186;
    private static final int SYS_NEWFSTATAT = 262;

    private static final int AT_FDCWD = -100;

    /** Offset of the link count in struct stat (asm/stat.h, x86-64). */
    private static final int ST_NLINK = 16;

    /** The links of /proc/PID/task: its own two, and one for each thread (fs/proc/base.c: proc_task_getattr). */
    private static final int LINKS_OF_ONE_THREAD = 3;

    /** Where musl keeps the thread id. Looked at first: the words are there in glibc's smaller header too, as 0 and as a random number. */
    private static final int[] MUSL_TID_OFFSETS = {0x38, 0x30};

    /** Where glibc has kept it for long. */
    private static final int GLIBC_TID_OFFSET = 0x2D0;

    /** Where it may be in glibc's struct pthread, whose header is so large that nothing else stands before. */
    private static final int GLIBC_FROM = 0x2C0;

    private static final int GLIBC_TO = 0x700;

    /** The smallest size of an area that is registered: up to and with its flags (include/uapi/linux/rseq.h). */
    private static final int RSEQ_SIZE = 20;

    private static final int RSEQ_CPU_ID = 4;

    private final Emitter emitter;
    private final Assembler asm;

    FactsRoutine(Emitter emitter) {
        this.emitter = emitter;
        this.asm = emitter.asm;
    }

    /** Emits a check in line; jumps if there is more than one thread, or that cannot be told. */
    void emitOneThread(int pathAt, Label otherwise) {
        Label noProc = asm.label();
        Label one = asm.label();
        asm.mov(RDI, AT_FDCWD);
        asm.lea(RSI, emitter.constant(pathAt));
        asm.lea(RDX, emitter.variable(State.STATUS));
        asm.xor(R10, R10, 4);
        emitter.systemCall(SYS_NEWFSTATAT);
        emitter.ifFailed(noProc);
        asm.cmp(emitter.variable(State.STATUS + ST_NLINK), LINKS_OF_ONE_THREAD, 8);
        asm.jcc(Condition.NE, otherwise);
        asm.jmp(one);
        asm.bind(noProc);
        asm.mov(RAX, emitter.slot(Emitter.SINGLE_THREADED), 8);
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.E, otherwise);
        asm.cmp(Mem.of(RAX, 0), 0, 1);
        asm.jcc(Condition.E, otherwise);
        asm.bind(one);
    }

    /** Emits in line the search for the thread id; jumps if it is nowhere. */
    void emitThreadId(Label otherwise) {
        Label found = asm.label();
        emitter.systemCall(SYS_GETTID);
        for (int offset : MUSL_TID_OFFSETS) {
            asm.mov(RCX, offset);
            compareTid(found);
        }
        asm.cmp(emitter.slot(Emitter.GLIBC_VERSION), 0, 8);
        asm.jcc(Condition.E, otherwise);
        asm.mov(RCX, GLIBC_TID_OFFSET);
        compareTid(found);
        asm.mov(RCX, GLIBC_FROM);
        Label again = asm.here();
        compareTid(found);
        asm.add(RCX, 4, 8);
        asm.cmp(RCX, GLIBC_TO, 8);
        asm.jcc(Condition.B, again);
        asm.jmp(otherwise);
        asm.bind(found);
        asm.mov(emitter.variable(State.TID_OFFSET), RCX, 8);
    }

    private void compareTid(Label found) {
        asm.cmp(RAX, Mem.of(RCX, 0).in(Segment.FS), 4);
        asm.jcc(Condition.E, found);
    }

    /** Emits in line the choice of the image: that with rseq if glibc has registered this thread's area. */
    void emitRseq() {
        Label none = asm.label();
        Label done = asm.label();
        asm.mov(RAX, emitter.slot(Emitter.RSEQ_SIZE), 8);
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.E, none);
        asm.cmp(Mem.of(RAX, 0), RSEQ_SIZE, 4);
        asm.jcc(Condition.B, none);
        asm.mov(RAX, emitter.slot(Emitter.RSEQ_OFFSET), 8);
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.E, none);
        asm.mov(RAX, Mem.of(RAX, 0), 8);
        asm.cmp(Mem.of(RAX, RSEQ_CPU_ID).in(Segment.FS), 0, 4);
        asm.jcc(Condition.L, none); // -1 and -2: not registered
        asm.mov(emitter.variable(State.RSEQ_OFFSET), RAX, 8);
        asm.mov(emitter.variable(State.IMAGE), ModuleRecord.IMAGE, 8);
        asm.jmp(done);
        asm.bind(none);
        asm.mov(emitter.variable(State.IMAGE), ModuleRecord.IMAGE + ModuleRecord.IMAGE_SIZE, 8);
        asm.bind(done);
    }

    /** Emits in line the reading of the program's path; it stays empty where that fails. */
    void emitProgram(int linkAt) {
        Label failed = asm.label();
        Gpr end = RCX;
        asm.lea(RDI, emitter.constant(linkAt));
        asm.lea(RSI, emitter.variable(State.PROGRAM));
        asm.mov(RDX, State.PROGRAM_SIZE - 1);
        emitter.systemCall(SYS_READLINK);
        emitter.ifFailed(failed);
        asm.lea(end, emitter.variable(State.PROGRAM));
        asm.mov(Mem.of(end, RAX, 1, 0), 0, 1);
        asm.bind(failed);
    }
}
