package io.trapless.binary.dwarf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Evaluates the location expressions that need nothing but registers at an instruction. One thread at a time. */
final class Locations implements AutoCloseable {
    /** The psABI's numbers of registers (x86-64 psABI, figure 3.36) as those of instructions. */
    private static final int[] REGISTERS = {0, 2, 1, 3, 6, 7, 5, 4, 8, 9, 10, 11, 12, 13, 14, 15};

    private final DieReader reader;
    private final int descriptor;
    private final MemorySegment elf;
    private final MemorySegment frames;

    /**
     * @param programPath the program itself, which has the call frame information that a separate debug file lacks
     */
    Locations(DieReader reader, String programPath) {
        this.reader = reader;
        try (Arena arena = Arena.ofConfined()) {
            this.descriptor = Libdw.open(arena.allocateFrom(programPath));
        }
        this.elf = descriptor < 0 ? MemorySegment.NULL : Libdw.elf(descriptor);
        this.frames = elf.equals(MemorySegment.NULL) ? MemorySegment.NULL : Libdw.frames(elf);
    }

    @Override
    public void close() {
        if (!frames.equals(MemorySegment.NULL)) {
            Libdw.endFrames(frames);
        }
        if (!elf.equals(MemorySegment.NULL)) {
            Libdw.endElf(elf);
        }
        if (descriptor >= 0) {
            Libdw.close(descriptor);
        }
    }

    /**
     * Where a variable is at an address.
     *
     * @param function the function with code that holds the address: it has the frame's base
     */
    VariableLocation of(Die variable, Die function, long address) {
        if (!reader.has(variable, Constants.AT_LOCATION)) {
            return constant(variable);
        }
        List<Operation> operations = reader.location(variable, Constants.AT_LOCATION, address);
        return operations == null || operations.isEmpty()
                ? new VariableLocation.Unavailable()
                : evaluate(operations, function, address);
    }

    private VariableLocation constant(Die variable) {
        OptionalLong number = reader.signed(variable, Constants.AT_CONST_VALUE);
        OptionalLong value = number.isPresent() ? number : reader.block(variable, Constants.AT_CONST_VALUE);
        return value.isPresent()
                ? new VariableLocation.Constant(value.getAsLong())
                : new VariableLocation.Unavailable();
    }

    private VariableLocation evaluate(List<Operation> operations, Die function, long address) {
        Operation first = operations.getFirst();
        int code = first.code();
        boolean single = operations.size() == 1;
        if (single && code >= Constants.OP_REG0 && code <= Constants.OP_REG31) {
            return general(code - Constants.OP_REG0, VariableLocation.Register::new);
        }
        if (single && code == Constants.OP_REGX) {
            return general(first.number(), VariableLocation.Register::new);
        }
        if (code == Constants.OP_IMPLICIT_VALUE) {
            return new VariableLocation.Unavailable();
        }
        boolean value = operations.getLast().code() == Constants.OP_STACK_VALUE;
        Place place = place(value ? operations.subList(0, operations.size() - 1) : operations, function, address);
        if (place == null) {
            return new VariableLocation.Unavailable();
        }
        if (place.register() == Place.NONE) {
            return value
                    ? new VariableLocation.Constant(place.offset())
                    : place.isAddress()
                            ? new VariableLocation.Static(place.offset())
                            : new VariableLocation.Unavailable();
        }
        return value
                ? new VariableLocation.Sum(place.register(), place.offset())
                : new VariableLocation.Memory(place.register(), place.offset());
    }

    private interface OfRegister {
        VariableLocation make(int number);
    }

    private static VariableLocation general(long number, OfRegister make) {
        return number >= 0 && number < REGISTERS.length
                ? make.make(REGISTERS[(int) number])
                : new VariableLocation.Unavailable();
    }

    /**
     * A sum of a register, or none, and a number.
     *
     * @param isAddress whether, without a register, the number is an address of the file
     */
    private record Place(int register, long offset, boolean isAddress) {
        static final int NONE = -1;
    }

    /** What expressions of one register and constants come to; null for any other. */
    private @Nullable Place place(List<Operation> operations, Die function, long address) {
        Place at = null;
        for (Operation operation : operations) {
            if (at == null) {
                at = start(operation, function, address);
            } else if (operation.code() == Constants.OP_PLUS_UCONST) {
                at = new Place(at.register(), at.offset() + operation.number(), at.isAddress());
            } else {
                return null;
            }
            if (at == null) {
                return null;
            }
        }
        return at;
    }

    private @Nullable Place start(Operation operation, Die function, long address) {
        int code = operation.code();
        if (code >= Constants.OP_BREG0 && code <= Constants.OP_BREG31) {
            return relative(code - Constants.OP_BREG0, operation.number());
        }
        if (code >= Constants.OP_LIT0 && code <= Constants.OP_LIT31) {
            return new Place(Place.NONE, code - Constants.OP_LIT0, false);
        }
        if (code >= Constants.OP_CONST1U && code <= Constants.OP_CONSTS) {
            return new Place(Place.NONE, operation.number(), false);
        }
        return switch (code) {
            case Constants.OP_BREGX -> relative(operation.number(), operation.second());
            case Constants.OP_FBREG -> {
                Place base = frameBase(function, address);
                yield base == null ? null : new Place(base.register(), base.offset() + operation.number(), false);
            }
            case Constants.OP_CALL_FRAME_CFA -> frameAddress(address);
            case Constants.OP_ADDR -> new Place(Place.NONE, operation.number(), true);
            default -> null;
        };
    }

    private static @Nullable Place relative(long register, long offset) {
        return register >= 0 && register < REGISTERS.length
                ? new Place(REGISTERS[(int) register], offset, false)
                : null;
    }

    private @Nullable Place frameBase(Die function, long address) {
        List<Operation> operations = reader.location(function, Constants.AT_FRAME_BASE, address);
        if (operations == null || operations.size() != 1) {
            return null;
        }
        Operation operation = operations.getFirst();
        int code = operation.code();
        if (code >= Constants.OP_REG0 && code <= Constants.OP_REG31) {
            return relative(code - Constants.OP_REG0, 0);
        }
        return code == Constants.OP_FBREG ? null : start(operation, function, address);
    }

    /** The stack pointer before the call of the function, by the call frame information. */
    private @Nullable Place frameAddress(long address) {
        if (frames.equals(MemorySegment.NULL)) {
            return null;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment words = arena.allocate(24, 8);
            if (Libdw.frame(frames, address, words) != 0) {
                return null;
            }
            MemorySegment frame = words.get(ADDRESS, 0);
            try {
                if (Libdw.frameAddress(frame, words.asSlice(8), words.asSlice(16)) != 0) {
                    return null;
                }
                List<Operation> operations = Operation.read(words.get(ADDRESS, 8), words.get(JAVA_LONG, 16));
                if (operations.isEmpty()) {
                    return null;
                }
                Operation first = operations.getFirst();
                Place at = first.code() == Constants.OP_BREGX
                        ? relative(first.number(), first.second())
                        : first.code() >= Constants.OP_BREG0 && first.code() <= Constants.OP_BREG31
                                ? relative(first.code() - Constants.OP_BREG0, first.number())
                                : null;
                return at == null ? null : sum(at, operations.subList(1, operations.size()));
            } finally {
                Libdw.free(frame);
            }
        }
    }

    private static @Nullable Place sum(Place start, List<Operation> operations) {
        long offset = start.offset();
        for (Operation operation : operations) {
            if (operation.code() == Constants.OP_PLUS_UCONST) {
                offset += operation.number();
            } else if (operation.code() != Constants.OP_STACK_VALUE) {
                return null;
            }
        }
        return new Place(start.register(), offset, false);
    }
}
