package io.trapless.binary.dwarf;

import io.trapless.binary.dwarf.DwarfType.Member;
import java.util.ArrayList;
import java.util.List;

/** Assigns the parameters of a C function to registers and stack: System V ABI for x86-64 (psABI, section 3.2.3). */
final class CallingConvention {
    private static final int INTEGER_REGISTERS = 6;
    private static final int VECTOR_REGISTERS = 8;
    private static final int MAX_DEPTH = 16;
    private static final int MAX_MEMBERS = 100_000;

    private static final String IN_VECTOR =
            "it is passed in a register for floating-point numbers, which programs can't read";

    private final TypeEntries types;
    private int integers;
    private int vectors;
    private int stackBytes;

    /** Looked at so far: what is broken may hold itself many times over. */
    private int members;

    private enum Kind {
        NONE,
        INTEGER,
        VECTOR,
        MEMORY
    }

    /**
     * @param hiddenResult whether the function gets the address of its result as a first argument
     */
    private CallingConvention(TypeEntries types, boolean hiddenResult) {
        this.types = types;
        this.integers = hiddenResult ? 1 : 0;
    }

    /** The places of parameters of these types, in order. */
    static List<ParameterPlace> of(TypeEntries types, DwarfType result, List<DwarfType> parameters) {
        CallingConvention at = new CallingConvention(types, false);
        boolean hidden = result instanceof DwarfType.Struct s && at.classify(s)[0] == Kind.MEMORY;
        CallingConvention convention = new CallingConvention(types, hidden);
        List<ParameterPlace> places = new ArrayList<>();
        parameters.forEach(type -> places.add(convention.next(type)));
        return places;
    }

    private ParameterPlace next(DwarfType type) {
        if (type instanceof DwarfType.Struct s && types.isPassedByReference(s)) {
            next(new DwarfType.Pointer(s));
            return new ParameterPlace.Elsewhere("it is passed by a hidden reference");
        }
        Kind[] kinds = classify(type);
        int wanted = 0;
        int wantedVectors = 0;
        for (Kind kind : kinds) {
            wanted += kind == Kind.INTEGER ? 1 : 0;
            wantedVectors += kind == Kind.VECTOR ? 1 : 0;
        }
        if (kinds[0] == Kind.NONE) {
            return new ParameterPlace.Elsewhere("it has no bytes");
        }
        boolean fits = kinds[0] != Kind.MEMORY
                && integers + wanted <= INTEGER_REGISTERS
                && vectors + wantedVectors <= VECTOR_REGISTERS;
        if (!fits) {
            return onStack(type);
        }
        int first = integers;
        integers += wanted;
        vectors += wantedVectors;
        return wantedVectors > 0 ? new ParameterPlace.Elsewhere(IN_VECTOR) : new ParameterPlace.Words(first, wanted);
    }

    private ParameterPlace onStack(DwarfType type) {
        boolean wide = type instanceof DwarfType.Int i && i.sizeBytes() == 16;
        boolean extended = type instanceof DwarfType.Floating f && f.sizeBytes() == 16;
        if (wide || extended) {
            stackBytes = (stackBytes + 15) & -16;
        }
        int first = INTEGER_REGISTERS + stackBytes / 8;
        int count = (int) Math.min((type.sizeBytes() + 7) / 8, 1 << 20);
        stackBytes += 8 * count;
        return new ParameterPlace.Words(first, count);
    }

    /** The classes of a type's eightbytes: one or two, or {@code MEMORY} alone. */
    private Kind[] classify(DwarfType type) {
        long size = type.sizeBytes();
        return switch (type) {
            case DwarfType.Int _ when size == 16 -> new Kind[] {Kind.INTEGER, Kind.INTEGER};
            case DwarfType.Int _, DwarfType.Bool _, DwarfType.Pointer _, DwarfType.Enumeration _ ->
                new Kind[] {Kind.INTEGER};
            case DwarfType.Floating _ -> size == 4 || size == 8 ? new Kind[] {Kind.VECTOR} : new Kind[] {Kind.MEMORY};
            case DwarfType.Struct s -> classifyStruct(s);
            case DwarfType.Array _, DwarfType.Opaque _ -> new Kind[] {size == 0 ? Kind.NONE : Kind.MEMORY};
        };
    }

    private Kind[] classifyStruct(DwarfType.Struct struct) {
        long size = struct.sizeBytes();
        if (size <= 0 || size > 16) {
            return new Kind[] {size <= 0 ? Kind.NONE : Kind.MEMORY};
        }
        Kind[] kinds = new Kind[(int) (size + 7) / 8];
        java.util.Arrays.fill(kinds, Kind.NONE);
        merge(struct, 0, kinds, 0);
        for (Kind kind : kinds) {
            if (kind == Kind.MEMORY) {
                return new Kind[] {Kind.MEMORY};
            }
        }
        return kinds;
    }

    private void merge(DwarfType.Struct struct, long base, Kind[] kinds, int depth) {
        for (Member member : types.members(struct)) {
            long at = base + member.offsetBytes();
            mergeValue(member.type(), at, member.bitWidth() > 0, kinds, depth);
        }
    }

    private void mergeValue(DwarfType type, long at, boolean bits, Kind[] kinds, int depth) {
        if (at < 0 || at / 8 >= kinds.length || depth > MAX_DEPTH || members++ > MAX_MEMBERS) {
            return;
        }
        switch (type) {
            case DwarfType.Struct inner -> merge(inner, at, kinds, depth + 1);
            case DwarfType.Array array when array.element().sizeBytes() == 0 -> {}
            case DwarfType.Array array -> {
                for (long i = 0; i < Math.min(array.length(), 16); i++) {
                    mergeValue(array.element(), at + i * array.element().sizeBytes(), false, kinds, depth + 1);
                }
            }
            case DwarfType.Floating f when f.sizeBytes() > 8 -> add(Kind.MEMORY, at, kinds);
            case DwarfType.Floating _ -> add(Kind.VECTOR, at, kinds);
            default -> {
                boolean unaligned = !bits && type.sizeBytes() > 0 && at % Math.min(8, type.sizeBytes()) != 0;
                add(unaligned ? Kind.MEMORY : Kind.INTEGER, at, kinds);
                if (type.sizeBytes() == 16) {
                    add(Kind.INTEGER, at + 8, kinds);
                }
            }
        }
    }

    private static void add(Kind kind, long at, Kind[] kinds) {
        int word = (int) at / 8;
        if (word >= kinds.length) {
            return;
        }
        Kind known = kinds[word];
        boolean stronger = known == Kind.NONE || kind == Kind.MEMORY || (kind == Kind.INTEGER && known == Kind.VECTOR);
        kinds[word] = stronger ? kind : known;
    }
}
