package io.trapless.tracer.preload;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R8;
import static io.trapless.binary.x86.Gpr.R9;
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
import io.trapless.layout.SessionHeaderDescriptor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Opens the session's ring file and makes sure that it is the one meant. */
final class OpeningRoutine {
    static final int SYS_CLOSE = 3;
    static final int SYS_FSTAT = 5;
    static final int SYS_MMAP = 9;
    static final int SYS_MUNMAP = 11;
    private static final int SYS_OPENAT = 257;

    static final int PROT_READ_WRITE = 3;
    static final int MAP_SHARED = 1;
    static final int PAGE = 4096;

    private static final int AT_FDCWD = -100;
    private static final int O_RDWR = 2;
    private static final int O_NOFOLLOW = 0x20000;
    private static final int O_CLOEXEC = 0x80000;

    /** Offsets in struct stat (asm/stat.h, x86-64). */
    private static final int ST_MODE = 24;

    private static final int ST_SIZE = 48;
    private static final int S_IFMT = 0xF000;
    private static final int S_IFREG = 0x8000;

    private final Emitter emitter;
    private final Assembler asm;
    private final int pathAt;
    private final SessionRings rings;

    OpeningRoutine(Emitter emitter, int pathAt, SessionRings rings) {
        this.emitter = emitter;
        this.asm = emitter.asm;
        this.pathAt = pathAt;
        this.rings = rings;
    }

    /** Emits it in line: opens the file, maps its first page, and goes on; or leaves nothing open and jumps. */
    void emit(Label otherwise) {
        Label notOurs = asm.label();
        Label ours = asm.label();
        asm.mov(RDI, AT_FDCWD);
        asm.lea(RSI, emitter.constant(pathAt));
        asm.mov(RDX, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
        asm.xor(R10, R10, 4);
        emitter.systemCall(SYS_OPENAT);
        emitter.ifFailed(otherwise);
        asm.mov(emitter.variable(State.DESCRIPTOR), RAX, 8);
        asm.mov(RDI, RAX, 8);
        asm.lea(RSI, emitter.variable(State.STATUS));
        emitter.systemCall(SYS_FSTAT);
        emitter.ifFailed(notOurs);
        asm.mov(RAX, emitter.variable(State.STATUS + ST_MODE), 4);
        asm.and(RAX, S_IFMT, 4);
        asm.cmp(RAX, S_IFREG, 4);
        asm.jcc(Condition.NE, notOurs);
        asm.mov(RAX, rings.sizeBytes());
        asm.cmp(RAX, emitter.variable(State.STATUS + ST_SIZE), 8);
        asm.jcc(Condition.NE, notOurs);
        mapFile(PAGE);
        emitter.ifFailed(notOurs);
        asm.mov(emitter.variable(State.HEADER), RAX, 8);
        asm.mov(RCX, RAX, 8);
        compare(SessionHeaderDescriptor.MAGIC_OFFSET, SessionHeaderDescriptor.MAGIC, notOurs);
        asm.cmp(Mem.of(RCX, SessionHeaderDescriptor.VERSION_OFFSET), SessionHeaderDescriptor.VERSION, 4);
        asm.jcc(Condition.NE, notOurs);
        compare(SessionHeaderDescriptor.UUID_OFFSET, littleEndian(rings.uuid().getMostSignificantBits()), notOurs);
        compare(
                SessionHeaderDescriptor.UUID_OFFSET + 8,
                littleEndian(rings.uuid().getLeastSignificantBits()),
                notOurs);
        asm.jmp(ours);
        asm.bind(notOurs);
        emitClosing();
        asm.jmp(otherwise);
        asm.bind(ours);
    }

    /** Emits the unmapping of the first page, if it is mapped, and the closing of the file. */
    void emitClosing() {
        Label notMapped = asm.label();
        asm.mov(RDI, emitter.variable(State.HEADER), 8);
        asm.test(RDI, RDI, 8);
        asm.jcc(Condition.E, notMapped);
        asm.mov(RSI, PAGE);
        emitter.systemCall(SYS_MUNMAP);
        asm.mov(emitter.variable(State.HEADER), 0, 8);
        asm.bind(notMapped);
        asm.mov(RDI, emitter.variable(State.DESCRIPTOR), 8);
        emitter.systemCall(SYS_CLOSE);
    }

    /** Emits the mapping of all of the file; jumps if that fails. */
    void emitMapping(Label otherwise) {
        mapFile(rings.sizeBytes());
        emitter.ifFailed(otherwise);
        asm.mov(emitter.variable(State.RINGS), RAX, 8);
    }

    private void mapFile(long sizeBytes) {
        asm.xor(RDI, RDI, 4);
        asm.mov(RSI, sizeBytes);
        asm.mov(RDX, PROT_READ_WRITE);
        asm.mov(R10, MAP_SHARED);
        asm.mov(R8, emitter.variable(State.DESCRIPTOR), 8);
        asm.xor(R9, R9, 4);
        emitter.systemCall(SYS_MMAP);
    }

    /** Compares 8 bytes of the first page, which rcx points to. */
    private void compare(int offset, long value, Label ifDifferent) {
        Gpr scratch = RAX;
        asm.mov(scratch, value);
        asm.cmp(scratch, Mem.of(RCX, offset), 8);
        asm.jcc(Condition.NE, ifDifferent);
    }

    /** The number that a big-endian one, as uuids are stored, looks like. */
    private static long littleEndian(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.BIG_ENDIAN)
                .putLong(0, value)
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong(0);
    }
}
