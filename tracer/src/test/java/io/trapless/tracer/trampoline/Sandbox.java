package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R15;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RSI;
import static io.trapless.binary.x86.Gpr.RSP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.linux.Cpuid;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * This very process as the target: rings, a code region and a patched function in its own memory, run on the calling thread with chosen registers.
 */
final class Sandbox implements AutoCloseable {
    static final long CAPACITY = SessionHeaderDescriptor.MIN_CAPACITY;
    static final long SUB_BUFFER = CAPACITY / SessionHeaderDescriptor.SUB_BUFFER_COUNT;
    static final int CPUS = Runtime.getRuntime().availableProcessors();

    /** Room for tables in each CPU's area. */
    static final long TABLE_STRIDE = 1L << 22;

    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final int PROT_RWX = 7;
    private static final int MAP_SHARED_ANONYMOUS = 0x21;

    /** Offset of the tid from the thread pointer in glibc 2.36 for x86-64. */
    static final int TID_OFFSET = 0x2D0;

    private static final long CODE_SIZE = 1 << 20;

    final MemorySegment memory;
    final MemorySegment code;
    final MemorySegment rings;
    final ProcessFacts facts;
    private final TrampolineCompiler compiler;
    private final MethodHandle run;
    private long nextTrampoline;
    private int promisedStack;
    private StackLimit stackLimit = StackLimit.AMPLE;

    Sandbox(int mode, ProcessFacts.Rseq rseq, boolean systemCalls) throws Throwable {
        this(mode, rseq, TID_OFFSET, systemCalls);
    }

    /** @param tidOffset {@code ProcessFacts.NO_TID}: as where nobody keeps a thread's id */
    Sandbox(int mode, ProcessFacts.Rseq rseq, int tidOffset, boolean systemCalls) throws Throwable {
        long ringsSize = SessionHeaderDescriptor.fileSize(CPUS, CAPACITY, 0, TABLE_STRIDE);
        MethodHandle mmap = LINKER.downcallHandle(
                LINKER.defaultLookup().find("mmap").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        long base = (long) mmap.invokeExact(0L, CODE_SIZE + ringsSize, PROT_RWX, MAP_SHARED_ANONYMOUS, -1, 0L);
        memory = MemorySegment.ofAddress(base).reinterpret(CODE_SIZE + ringsSize);
        code = memory.asSlice(0, CODE_SIZE);
        rings = memory.asSlice(CODE_SIZE);
        facts = new ProcessFacts(
                rings.address(),
                rings.address() + SessionHeaderDescriptor.ENABLE_OFFSET,
                CPUS,
                SUB_BUFFER,
                CAPACITY,
                mode,
                rseq,
                tidOffset,
                (Cpuid.query(7, 0)[2] >> 22 & 1) != 0,
                2_000_000_000L,
                new ProcessFacts.NanosecondClock(1L << 31, 7),
                base + CODE_SIZE - 64,
                systemCalls);
        initialiseRings();
        compiler = new TrampolineCompiler(facts, base);
        write(base, compiler.sharedCode());
        nextTrampoline = compiler.firstAddress();
        long thunk = base + CODE_SIZE - 4096;
        run = thunk(thunk);
    }

    static ProcessFacts.Rseq rseqOfThisProcess() {
        MemorySegment offset =
                LINKER.defaultLookup().find("__rseq_offset").orElseThrow().reinterpret(8);
        return new ProcessFacts.Rseq((int) offset.get(LONG, 0), 0x53053053, true);
    }

    /** Fills the process's cell as a tracer does. */
    void setPid(int pid) {
        code.set(ValueLayout.JAVA_INT, facts.pidCell() - code.address(), pid);
    }

    /** Empties all rings, marks of the atomic ones included. */
    void resetRings() {
        for (int cpu = 0; cpu < CPUS; cpu++) {
            long atomic = SessionHeaderDescriptor.atomicRingOffset(cpu, CPUS, CAPACITY);
            long head = rings.get(LONG, atomic + RingDescriptor.HEAD_OFFSET);
            long marks = atomic + RingDescriptor.DATA_OFFSET + CAPACITY;
            rings.asSlice(marks, Math.min(head, CAPACITY) / RingDescriptor.MARK_GRANULE * 2)
                    .fill((byte) 0);
        }
        initialiseRings();
    }

    private void initialiseRings() {
        for (int cpu = 0; cpu < CPUS; cpu++) {
            long rseq = SessionHeaderDescriptor.rseqRingOffset(cpu, CAPACITY);
            rings.set(LONG, rseq + RingDescriptor.HEAD_OFFSET, PacketDescriptor.HEADER_SIZE);
            rings.set(LONG, rseq + RingDescriptor.LIMIT_OFFSET, SUB_BUFFER);
            long atomic = SessionHeaderDescriptor.atomicRingOffset(cpu, CPUS, CAPACITY);
            rings.set(LONG, atomic + RingDescriptor.HEAD_OFFSET, PacketDescriptor.HEADER_SIZE);
        }
        for (int id = 0; id < 100; id++) {
            rings.set(ValueLayout.JAVA_BYTE, SessionHeaderDescriptor.ENABLE_OFFSET + id, (byte) 1);
        }
    }

    void write(long address, byte[] bytes) {
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, address - memory.address(), bytes.length);
    }

    /** A function {@code nop5; ret} whose nop has become a jump to a trampoline for {@code probes}; returns its address. */
    long patchedFunction(int deadRegisters, boolean flagsDead, UnknownChildren children, SiteProbe... probes) {
        return patchedFunction(deadRegisters, flagsDead, SystemV.RED_ZONE, children, probes);
    }

    /** The same where the target uses so much below its stack pointer. */
    long patchedFunction(
            int deadRegisters, boolean flagsDead, int redZone, UnknownChildren children, SiteProbe... probes) {
        long function = TrampolineCompiler.align(nextTrampoline);
        long trampolineAt = TrampolineCompiler.align(function + 16);
        SiteCode.Point point =
                new SiteCode.Point(function, deadRegisters, flagsDead, redZone, stackLimit, List.of(probes));
        SiteCode site = new SiteCode(function + 5, children, List.of(point), (asm, atPoint) -> {
            atPoint.accept(0);
            asm.nop(5);
        });
        Trampoline trampoline = compiler.compile(site, trampolineAt);
        promisedStack = trampoline.stackBytes().getFirst();
        Assembler jump = new Assembler(function);
        jump.jmp(trampoline.entry());
        jump.ret();
        write(function, jump.toByteArray());
        write(trampolineAt, trampoline.code());
        nextTrampoline = trampolineAt + trampoline.code().length;
        return function;
    }

    /** What the last patched function's probes take of the stack at the most, as the compiler says. */
    int promisedStack() {
        return promisedStack;
    }

    /** Functions that are patched from now on have so much stack. */
    void limitStack(StackLimit limit) {
        stackLimit = limit;
    }

    /** Where {@link #onStack} keeps the address of a stack's bound: words of the thread control block that glibc reserves for transactional memory and nobody uses. */
    static final int STACK_BOUND = 0x50;

    /** A function that calls a patched one with {@code room} bytes between the bound of its stack, as {@link #STACK_BOUND} tells it, and its stack pointer. */
    long onStack(int room, long function) {
        long cell = TrampolineCompiler.align(nextTrampoline);
        long start = cell + Long.BYTES;
        Assembler asm = new Assembler(start);
        asm.push(RAX);
        asm.pushfq();
        int pushed = 2 * Long.BYTES;
        int returnAddress = Long.BYTES;
        asm.lea(RAX, Mem.of(RSP, pushed - returnAddress - room));
        asm.mov(Mem.ripAbsolute(cell), RAX, 8);
        asm.lea(RAX, Mem.ripAbsolute(cell));
        asm.mov(Mem.fs(STACK_BOUND), RAX, 8);
        asm.popfq();
        asm.pop(RAX);
        asm.call(function);
        asm.mov(Mem.fs(STACK_BOUND), 0, 8);
        asm.ret();
        write(start, asm.toByteArray());
        nextTrampoline = start + asm.toByteArray().length;
        return start;
    }

    /** Bytes below a function's stack pointer that {@link #measuring} looks at. */
    static final int MEASURED_STACK = 4096;

    /** A function that calls a patched one and returns how many bytes below the latter's stack pointer were written. */
    long measuring(long function) {
        long mark = 0x6d61726b6d61726bL;
        long start = TrampolineCompiler.align(nextTrampoline);
        Assembler asm = new Assembler(start);
        asm.mov(Gpr.R12, RDI, 8);
        asm.mov(RAX, mark);
        asm.lea(RDI, Mem.of(RSP, -8));
        asm.mov(Gpr.RCX, MEASURED_STACK / 8);
        Label fill = asm.here();
        asm.mov(Mem.of(RDI, 0), RAX, 8);
        asm.sub(RDI, 8, 8);
        asm.sub(Gpr.RCX, 1, 8);
        asm.jcc(Condition.NE, fill);
        asm.mov(RDI, Gpr.R12, 8);
        asm.call(function);
        asm.mov(Gpr.RCX, mark);
        asm.lea(RDI, Mem.of(RSP, -MEASURED_STACK));
        Label found = asm.label();
        Label scan = asm.here();
        asm.cmp(Gpr.RCX, Mem.of(RDI, 0), 8);
        asm.jcc(Condition.NE, found);
        asm.add(RDI, 8, 8);
        asm.jmp(scan);
        asm.bind(found);
        asm.lea(RAX, Mem.of(RSP, -8));
        asm.sub(RAX, RDI, 8);
        asm.ret();
        write(start, asm.toByteArray());
        nextTrampoline = start + asm.toByteArray().length;
        return start;
    }

    /** Places in a state, in longs: registers by number, flags, red zone (the word next to the return address first), words above the return address, two for each xmm register. */
    static final int FLAGS = 16;

    static final int RED_ZONE = 17;
    static final int STACK_ARGUMENTS = RED_ZONE + 16;
    static final int STACK_ARGUMENT_COUNT = 8;
    static final int VECTORS = STACK_ARGUMENTS + STACK_ARGUMENT_COUNT;
    static final int STATE_LONGS = VECTORS + 2 * 16;

    /**
     * Calls {@code function} with the state of {@code in}; {@code out} gets what it is afterwards. The stack pointer can't be chosen: {@code out} has what it is behind the return, 8 more than at the
     * function's entry.
     */
    void run(long function, MemorySegment in, MemorySegment out) throws Throwable {
        run.invokeExact(in, out, function);
    }

    /** Forgets all code but the shared routines. */
    void forgetFunctions() {
        nextTrampoline = compiler.firstAddress();
    }

    /** {@code movups}, which our own assembler has no use for. */
    private static void moveVector(Assembler asm, int xmm, Gpr base, int disp, boolean store) {
        if (xmm >= 8) {
            asm.db((byte) 0x44);
        }
        asm.db((byte) 0x0F, (byte) (store ? 0x11 : 0x10), (byte) (0x80 | (xmm & 7) << 3 | base.id()));
        asm.dd(disp);
    }

    private MethodHandle thunk(long address) {
        Assembler asm = new Assembler(address);
        Mem flags = Mem.ripAbsolute(address - 16);
        Mem function = Mem.ripAbsolute(address - 8);
        Mem kept = Mem.ripAbsolute(address - 24);
        Gpr[] calleeSaved = {Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, R15};
        for (Gpr register : calleeSaved) {
            asm.push(register);
        }
        asm.push(RSI); // out
        asm.mov(function, Gpr.RDX, 8);
        for (int i = STACK_ARGUMENT_COUNT - 1; i >= 0; i--) {
            asm.push(Mem.of(RDI, (STACK_ARGUMENTS + i) * 8));
        }
        for (int i = 0; i < 16; i++) { // the red zone of the callee begins below the return address
            asm.mov(RAX, Mem.of(RDI, (RED_ZONE + i) * 8), 8);
            asm.mov(Mem.of(RSP, -16 - 8 * i), RAX, 8);
            moveVector(asm, i, RDI, (VECTORS + 2 * i) * 8, false);
        }
        // From here to the call nothing may be pushed below: the flags go through the first argument's slot.
        asm.mov(RAX, Mem.of(RDI, FLAGS * 8), 8);
        asm.mov(flags, RAX, 8);
        asm.mov(RAX, Mem.of(RSP, 0), 8);
        asm.mov(kept, RAX, 8);
        asm.lea(RSP, Mem.of(RSP, 8));
        asm.push(flags);
        asm.popfq();
        asm.lea(RSP, Mem.of(RSP, -8));
        asm.mov(RAX, kept, 8);
        asm.mov(Mem.of(RSP, 0), RAX, 8);
        for (Gpr register : Gpr.values()) {
            if (register != RSP && register != RDI) {
                asm.mov(register, Mem.of(RDI, register.id() * 8), 8);
            }
        }
        asm.mov(RDI, Mem.of(RDI, RDI.id() * 8), 8);
        asm.call(function);
        asm.mov(kept, RAX, 8);
        asm.mov(RAX, Mem.of(RSP, 8 * STACK_ARGUMENT_COUNT), 8); // out
        for (Gpr register : Gpr.values()) {
            if (register != RAX) {
                asm.mov(Mem.of(RAX, register.id() * 8), register, 8);
            }
        }
        asm.mov(Gpr.RCX, RAX, 8);
        for (int i = 0; i < 16; i++) {
            asm.mov(RAX, Mem.of(RSP, -16 - 8 * i), 8);
            asm.mov(Mem.of(Gpr.RCX, (RED_ZONE + i) * 8), RAX, 8);
            moveVector(asm, i, Gpr.RCX, (VECTORS + 2 * i) * 8, true);
        }
        asm.mov(RAX, kept, 8);
        asm.mov(Mem.of(Gpr.RCX, 0), RAX, 8);
        asm.pushfq();
        asm.pop(RAX);
        asm.mov(Mem.of(Gpr.RCX, FLAGS * 8), RAX, 8);
        for (int i = 0; i < STACK_ARGUMENT_COUNT; i++) {
            asm.pop(RAX);
            asm.mov(Mem.of(Gpr.RCX, (STACK_ARGUMENTS + i) * 8), RAX, 8);
        }
        asm.lea(RSP, Mem.of(RSP, 8));
        asm.cld(); // the state under test may have set it
        for (int i = calleeSaved.length - 1; i >= 0; i--) {
            asm.pop(calleeSaved[i]);
        }
        asm.ret();
        write(address, asm.toByteArray());
        return LINKER.downcallHandle(
                MemorySegment.ofAddress(address),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG),
                Linker.Option.critical(true));
    }

    /** The areas of tables of all CPUs. */
    MemorySegment tables() {
        return rings.asSlice(SessionHeaderDescriptor.tablesOffset(CPUS, CAPACITY));
    }

    long ringLong(long ringOffset, long offset) {
        return rings.get(LONG, ringOffset + offset);
    }

    @Override
    public void close() {
        // The JVM's own thread may still point at one of our descriptors: the mapping stays.
    }
}
