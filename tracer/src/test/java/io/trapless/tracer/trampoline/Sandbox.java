package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R15;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RSI;
import static io.trapless.binary.x86.Gpr.RSP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Mem;
import io.trapless.layout.PacketDescriptor;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
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

    Sandbox(int mode, ProcessFacts.Rseq rseq, boolean systemCalls) throws Throwable {
        long ringsSize = SessionHeaderDescriptor.fileSize(CPUS, CAPACITY);
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
                TID_OFFSET,
                true,
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
    long patchedFunction(int deadRegisters, boolean flagsDead, boolean guard, SiteProbe... probes) {
        long function = TrampolineCompiler.align(nextTrampoline);
        long trampolineAt = TrampolineCompiler.align(function + 16);
        SiteCode site = new SiteCode(
                function, function + 5, deadRegisters, flagsDead, guard, List.of(probes), (asm, atSite) -> {
                    atSite.run();
                    asm.nop(5);
                });
        Trampoline trampoline = compiler.compile(site, trampolineAt);
        Assembler jump = new Assembler(function);
        jump.jmp(trampoline.entry());
        jump.ret();
        write(function, jump.toByteArray());
        write(trampolineAt, trampoline.code());
        nextTrampoline = trampolineAt + trampoline.code().length;
        return function;
    }

    /** Registers by number (rsp's place is not used), then flags: 17 longs in, 17 longs out; then 16 longs of red zone in and out. */
    static final int STATE_LONGS = 17 + 16;

    /** Calls {@code function} with the registers and red zone of {@code in}; {@code out} gets what they are afterwards. */
    void run(long function, MemorySegment in, MemorySegment out) throws Throwable {
        run.invokeExact(in, out, function);
    }

    private MethodHandle thunk(long address) {
        Assembler asm = new Assembler(address);
        Gpr[] calleeSaved = {Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, R15};
        for (Gpr register : calleeSaved) {
            asm.push(register);
        }
        asm.push(RSI); // out
        asm.push(Gpr.RDX); // function
        for (int i = 0; i < 16; i++) { // the red zone of the callee begins below the return address
            asm.mov(RAX, Mem.of(RDI, (17 + i) * 8), 8);
            asm.mov(Mem.of(RSP, -16 - 8 * i), RAX, 8);
        }
        // From here to the call nothing may be pushed below: the flags go through the function's slot.
        asm.mov(RAX, Mem.of(RDI, 16 * 8), 8);
        asm.mov(Mem.ripAbsolute(address - 16), RAX, 8);
        asm.mov(RAX, Mem.of(RSP, 0), 8);
        asm.mov(Mem.ripAbsolute(address - 8), RAX, 8);
        asm.lea(RSP, Mem.of(RSP, 8));
        asm.push(Mem.ripAbsolute(address - 16));
        asm.popfq();
        asm.lea(RSP, Mem.of(RSP, -8));
        for (Gpr register : Gpr.values()) {
            if (register != RSP && register != RDI) {
                asm.mov(register, Mem.of(RDI, register.id() * 8), 8);
            }
        }
        asm.mov(RDI, Mem.of(RDI, RDI.id() * 8), 8);
        asm.call(Mem.ripAbsolute(address - 8));
        asm.mov(Mem.ripAbsolute(address - 24), RAX, 8);
        asm.mov(RAX, Mem.of(RSP, 8), 8); // out
        for (Gpr register : Gpr.values()) {
            if (register != RAX) {
                asm.mov(Mem.of(RAX, register.id() * 8), register, 8);
            }
        }
        asm.mov(Gpr.RCX, RAX, 8);
        for (int i = 0; i < 16; i++) {
            asm.mov(RAX, Mem.of(RSP, -16 - 8 * i), 8);
            asm.mov(Mem.of(Gpr.RCX, (17 + i) * 8), RAX, 8);
        }
        asm.mov(RAX, Mem.ripAbsolute(address - 24), 8);
        asm.mov(Mem.of(Gpr.RCX, 0), RAX, 8);
        asm.pushfq();
        asm.pop(RAX);
        asm.mov(Mem.of(Gpr.RCX, 16 * 8), RAX, 8);
        asm.lea(RSP, Mem.of(RSP, 16));
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

    long ringLong(long ringOffset, long offset) {
        return rings.get(LONG, ringOffset + offset);
    }

    @Override
    public void close() {
        // The JVM's own thread may still point at one of our descriptors: the mapping stays.
    }
}
