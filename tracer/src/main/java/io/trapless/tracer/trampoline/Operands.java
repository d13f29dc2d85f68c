package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Mem;
import io.trapless.binary.x86.Segment;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import io.trapless.tracer.trampoline.ArgumentLocation.AtAddress;
import io.trapless.tracer.trampoline.ArgumentLocation.Immediate;
import io.trapless.tracer.trampoline.ArgumentLocation.InMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.InRegister;
import io.trapless.tracer.trampoline.ArgumentLocation.InUnprovenMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.InVector;
import io.trapless.tracer.trampoline.ArgumentLocation.OnStack;
import io.trapless.tracer.trampoline.ArgumentLocation.Sum;
import java.util.List;

/**
 * Loads the leaves of expressions: what is in a register, in a proven place in memory, or known. A register that the frame saved is read from its slot, any other as it is.
 */
final class Operands {
    private final Assembler asm;
    private final Frame frame;
    private final ProcessFacts facts;
    private final List<ArgumentLocation> arguments;
    private final long siteAddress;

    /**
     * @param arguments of the USDT note; empty for a function, which has the ABI's
     */
    Operands(Assembler asm, Frame frame, ProcessFacts facts, List<ArgumentLocation> arguments, long siteAddress) {
        this.asm = asm;
        this.frame = frame;
        this.facts = facts;
        this.arguments = arguments;
        this.siteAddress = siteAddress;
    }

    ArgumentLocation location(int index) {
        return locate(arguments, index);
    }

    static ArgumentLocation locate(List<ArgumentLocation> arguments, int index) {
        return arguments.isEmpty() ? ArgumentLocation.ofFunction(index) : arguments.get(index);
    }

    /** Whether {@link #load} can do it: with one register, without faults, calls or branches. */
    boolean isLeaf(Value value) {
        return switch (value) {
            case Value.Constant _, Value.Register _ -> true;
            case Value.Argument(int index, int _, boolean _) -> isLeaf(location(index));
            case Value.Context(Value.Context.Kind kind) -> kind == Value.Context.Kind.TID;
            case Value.Cast(Value operand, int _, boolean _) -> isLeaf(operand);
            default -> false;
        };
    }

    private boolean isLeaf(ArgumentLocation location) {
        return switch (location) {
            case InRegister _, Immediate _, AtAddress _, Sum _ -> true;
            case InMemory m -> m.index() == null || !(frame.isSaved(m.index()) && m.base() != null);
            case OnStack _, InVector _, InUnprovenMemory _ -> false;
        };
    }

    /** {@code dst = value}, extended to 64 bits. Changes no other register; may change flags. */
    void load(Gpr dst, Value value) {
        switch (value) {
            case Value.Constant(long number, int _, boolean _) -> asm.mov(dst, number);
            case Value.Register(RegisterName name, int sizeBytes) -> loadRegister(dst, name, sizeBytes);
            case Value.Argument(int index, int sizeBytes, boolean signed) ->
                loadLocation(dst, location(index), sizeBytes, signed);
            case Value.Context _ -> ThreadId.load(asm, facts, dst);
            case Value.Cast(Value operand, int sizeBytes, boolean signed) -> {
                load(dst, operand);
                extend(dst, sizeBytes, signed);
            }
            default -> throw new IllegalArgumentException("not a leaf: " + value);
        }
    }

    /** Extends the low bytes of a register to all of it. */
    void extend(Gpr register, int sizeBytes, boolean signed) {
        if (sizeBytes == 8) {
            return;
        }
        if (signed) {
            asm.movsx(register, register, sizeBytes);
        } else if (sizeBytes == 4) {
            asm.mov(register, register, 4);
        } else {
            asm.movzx(register, register, sizeBytes);
        }
    }

    /** {@code dst = } the bytes at {@code memory}, extended. */
    void loadMemory(Gpr dst, Mem memory, int sizeBytes, boolean signed) {
        if (sizeBytes == 8 || (sizeBytes == 4 && !signed)) {
            asm.mov(dst, memory, sizeBytes);
        } else if (signed) {
            asm.movsx(dst, memory, sizeBytes);
        } else {
            asm.movzx(dst, memory, sizeBytes);
        }
    }

    private void loadRegister(Gpr dst, RegisterName name, int sizeBytes) {
        switch (name) {
            case RIP -> asm.mov(dst, siteAddress);
            case RFLAGS -> asm.mov(dst, frame.capturedFlags(), 8);
            default -> {
                loadLocation(dst, new InRegister(Gpr.of(name.number()), 8, false, false), sizeBytes, false);
                return;
            }
        }
        extend(dst, sizeBytes, false);
    }

    private void loadLocation(Gpr dst, ArgumentLocation location, int sizeBytes, boolean signed) {
        switch (location) {
            case InRegister(Gpr register, int _, boolean _, boolean highByte) ->
                loadFrom(dst, register, highByte, sizeBytes, signed);
            case Immediate(long number, int _, boolean _) -> asm.mov(dst, extended(number, sizeBytes, signed));
            case AtAddress(long address, int _, boolean _) -> {
                asm.mov(dst, address);
                loadMemory(dst, Mem.of(dst, 0), sizeBytes, signed);
            }
            case InMemory memory -> loadMemory(dst, resolve(dst, memory), sizeBytes, signed);
            case Sum(Gpr base, int disp, int _, boolean _) -> {
                loadSum(dst, base, disp);
                extend(dst, sizeBytes, signed);
            }
            case OnStack _, InVector _, InUnprovenMemory _ ->
                throw new IllegalArgumentException("not a leaf: " + location);
        }
    }

    /** {@code dst = base + disp}. Changes neither flags nor another register. */
    void loadSum(Gpr dst, Gpr base, int disp) {
        if (base == Gpr.RSP) {
            asm.lea(dst, frame.originalStack(disp));
            return;
        }
        loadFrom(dst, base, false, 8, false);
        asm.lea(dst, Mem.of(dst, disp));
    }

    private static long extended(long number, int sizeBytes, boolean signed) {
        int unused = 64 - 8 * sizeBytes;
        return signed ? number << unused >> unused : number << unused >>> unused;
    }

    private void loadFrom(Gpr dst, Gpr register, boolean highByte, int sizeBytes, boolean signed) {
        if (register == Gpr.RSP) {
            asm.lea(dst, frame.originalStack(0));
            extend(dst, sizeBytes, signed);
        } else if (frame.isSaved(register)) {
            loadMemory(dst, frame.slot(register).plus(highByte ? 1 : 0), sizeBytes, signed);
        } else {
            asm.mov(dst, register, 8);
            if (highByte) {
                asm.shr(dst, 8);
            }
            extend(dst, sizeBytes, signed);
        }
    }

    /** The operand as the registers stand now; may use {@code scratch} for one part of it that has been saved. */
    private Mem resolve(Gpr scratch, InMemory memory) {
        Gpr base = memory.base();
        Gpr index = memory.index();
        Segment segment = memory.threadLocal() ? Segment.FS : Segment.NONE;
        int disp = memory.disp();
        if (base == Gpr.RSP) {
            base = Gpr.RSP;
            disp += frame.depth();
        } else if (base != null && frame.isSaved(base)) {
            asm.mov(scratch, frame.slot(base), 8);
            base = scratch;
        }
        if (index != null && frame.isSaved(index)) {
            asm.mov(scratch, frame.slot(index), 8);
            index = scratch;
        }
        return new Mem(base, index, memory.scale(), disp, null, 0, false, segment);
    }
}
