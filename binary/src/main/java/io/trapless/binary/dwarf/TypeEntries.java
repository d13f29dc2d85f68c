package io.trapless.binary.dwarf;

import io.trapless.binary.dwarf.DwarfType.Enumerator;
import io.trapless.binary.dwarf.DwarfType.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Makes types of entries. One thread at a time. */
final class TypeEntries {
    /** Typedefs of typedefs, pointers to pointers: a broken file may have rings of them. */
    private static final int MAX_DEPTH = 64;

    private static final int MAX_MEMBERS = 10_000;

    private static final DwarfType VOID = new DwarfType.Opaque("void", 0);

    private final DieReader reader;

    /** Finds a definition for what is only declared where it is used. */
    private final TypeIndex index;

    private final Map<Die, DwarfType> known = new HashMap<>();

    TypeEntries(DieReader reader, TypeIndex index) {
        this.reader = reader;
        this.index = index;
    }

    /** The type of a parameter, member or variable; void if it has none. */
    DwarfType typeOf(Die of) {
        return referred(of, 0);
    }

    private DwarfType referred(Die of, int depth) {
        Die type = reader.reference(of, Constants.AT_TYPE, true);
        return type == null ? VOID : type(type, depth);
    }

    /** The type that an entry defines. */
    DwarfType type(Die die) {
        return type(die, 0);
    }

    private DwarfType type(Die die, int depth) {
        DwarfType type = known.get(die);
        if (type == null) {
            type = depth > MAX_DEPTH ? new DwarfType.Opaque("<unknown type>", 0) : make(die, depth);
            known.put(die, type);
        }
        return type;
    }

    private DwarfType make(Die die, int depth) {
        return switch (reader.tag(die)) {
            case Constants.TAG_BASE_TYPE -> base(die);
            case Constants.TAG_CONST, Constants.TAG_VOLATILE, Constants.TAG_RESTRICT, Constants.TAG_ATOMIC ->
                referred(die, depth + 1);
            case Constants.TAG_TYPEDEF -> named(referred(die, depth + 1), reader.name(die));
            case Constants.TAG_POINTER, Constants.TAG_REFERENCE, Constants.TAG_RVALUE_REFERENCE ->
                new DwarfType.Pointer(referred(die, depth + 1));
            case Constants.TAG_STRUCTURE, Constants.TAG_CLASS, Constants.TAG_UNION -> struct(die);
            case Constants.TAG_ENUMERATION -> enumeration(die, depth);
            case Constants.TAG_ARRAY -> array(die, depth);
            case Constants.TAG_SUBROUTINE_TYPE -> new DwarfType.Opaque("void", 0);
            default ->
                new DwarfType.Opaque(reader.name(die).isEmpty() ? "<unknown type>" : reader.name(die), size(die));
        };
    }

    private long size(Die die) {
        return Math.max(0, reader.unsigned(die, Constants.AT_BYTE_SIZE).orElse(0));
    }

    private DwarfType base(Die die) {
        String name = reader.name(die);
        long size = size(die);
        int encoding = (int) reader.unsigned(die, Constants.AT_ENCODING).orElse(0);
        if (encoding == Constants.ATE_BOOLEAN) {
            return new DwarfType.Bool(name, size);
        }
        if (encoding == Constants.ATE_FLOAT) {
            return new DwarfType.Floating(name, size);
        }
        boolean signed = encoding == Constants.ATE_SIGNED || encoding == Constants.ATE_SIGNED_CHAR;
        boolean character = encoding == Constants.ATE_SIGNED_CHAR || encoding == Constants.ATE_UNSIGNED_CHAR;
        boolean number = signed || character || encoding == Constants.ATE_UNSIGNED || encoding == Constants.ATE_UTF;
        boolean whole = size == 1 || size == 2 || size == 4 || size == 8 || size == 16;
        return number && whole ? new DwarfType.Int(name, size, signed, character) : new DwarfType.Opaque(name, size);
    }

    /** What has no name of its own is called as its typedef. */
    private static DwarfType named(DwarfType type, String name) {
        return switch (type) {
            case DwarfType.Struct s
            when s.name().isEmpty() -> new DwarfType.Struct(name, s.union(), s.sizeBytes(), s.complete(), s.handle());
            case DwarfType.Enumeration e
            when e.name().isEmpty() -> new DwarfType.Enumeration(name, e.sizeBytes(), e.signed(), e.enumerators());
            default -> type;
        };
    }

    private DwarfType struct(Die die) {
        boolean union = reader.tag(die) == Constants.TAG_UNION;
        String name = reader.name(die);
        Die definition = die;
        if (reader.flag(die, Constants.AT_DECLARATION) && !name.isEmpty()) {
            Die found = index.struct(name, union);
            definition = found == null ? die : found;
        }
        boolean complete = !reader.flag(definition, Constants.AT_DECLARATION);
        return new DwarfType.Struct(
                name, union, complete ? size(definition) : 0, complete, new DwarfType.Handle(definition));
    }

    private DwarfType enumeration(Die die, int depth) {
        List<Enumerator> enumerators = new ArrayList<>();
        boolean signed = referred(die, depth + 1) instanceof DwarfType.Int i && i.signed();
        for (Die child : reader.children(die)) {
            if (reader.tag(child) == Constants.TAG_ENUMERATOR && enumerators.size() < MAX_MEMBERS) {
                OptionalLong value = reader.signed(child, Constants.AT_CONST_VALUE);
                if (!signed) {
                    OptionalLong unsigned = reader.unsigned(child, Constants.AT_CONST_VALUE);
                    value = unsigned.isPresent() ? unsigned : value;
                }
                if (value.isPresent()) {
                    enumerators.add(new Enumerator(reader.name(child), value.getAsLong()));
                }
            }
        }
        return new DwarfType.Enumeration(reader.name(die), size(die), signed, enumerators);
    }

    private DwarfType array(Die die, int depth) {
        Die elementDie = reader.reference(die, Constants.AT_TYPE, true);
        boolean plain = elementDie != null && reader.tag(elementDie) == Constants.TAG_BASE_TYPE;
        List<Long> lengths = new ArrayList<>();
        for (Die child : reader.children(die)) {
            if (reader.tag(child) == Constants.TAG_SUBRANGE) {
                lengths.add(length(child));
            }
        }
        if (lengths.isEmpty()) {
            lengths.add(0L);
        }
        DwarfType type = referred(die, depth + 1);
        for (long length : lengths.reversed()) {
            type = new DwarfType.Array(type, length, plain);
            plain = false;
        }
        return type;
    }

    private long length(Die subrange) {
        OptionalLong count = reader.unsigned(subrange, Constants.AT_COUNT);
        if (count.isPresent()) {
            return Math.max(0, count.getAsLong());
        }
        // A flexible member of GCC has an upper bound of -1, or none.
        OptionalLong bound = reader.signed(subrange, Constants.AT_UPPER_BOUND);
        if (bound.isPresent() && bound.getAsLong() >= 0) {
            return bound.getAsLong() + 1;
        }
        OptionalLong unsigned = reader.unsigned(subrange, Constants.AT_UPPER_BOUND);
        return unsigned.isPresent() ? Math.max(0, (int) (unsigned.getAsLong() + 1)) : 0;
    }

    /** A parameter's type as it is written, the way bpftrace shows it: stars without a space before them. */
    String declared(Die of) {
        Die type = reader.reference(of, Constants.AT_TYPE, true);
        return type == null ? "void" : declaredType(type, 0);
    }

    private String declaredType(Die die, int depth) {
        Die inner = reader.reference(die, Constants.AT_TYPE, true);
        if (depth > MAX_DEPTH) {
            return "<unknown type>";
        }
        return switch (reader.tag(die)) {
            case Constants.TAG_BASE_TYPE, Constants.TAG_TYPEDEF -> reader.name(die);
            case Constants.TAG_POINTER -> (inner == null ? "void" : declaredType(inner, depth + 1)) + "*";
            case Constants.TAG_REFERENCE -> (inner == null ? "void" : declaredType(inner, depth + 1)) + "&";
            case Constants.TAG_RVALUE_REFERENCE -> (inner == null ? "void" : declaredType(inner, depth + 1)) + "&&";
            case Constants.TAG_CONST -> {
                boolean pointer = inner != null && reader.tag(inner) == Constants.TAG_POINTER;
                String text = inner == null ? "void" : declaredType(inner, depth + 1);
                yield pointer ? text + " const" : "const " + text;
            }
            case Constants.TAG_VOLATILE, Constants.TAG_RESTRICT, Constants.TAG_ATOMIC ->
                inner == null ? "void" : declaredType(inner, depth + 1);
            default -> type(die).text();
        };
    }

    /** Whether a function gets the address of such an object in its place: C++ classes that can't be copied byte by byte. */
    boolean isPassedByReference(DwarfType.Struct struct) {
        return reader.unsigned(struct.handle().die(), Constants.AT_CALLING_CONVENTION)
                        .orElse(0)
                == Constants.PASS_BY_REFERENCE;
    }

    /** The members in order. */
    List<Member> members(DwarfType.Struct struct) {
        List<Member> all = new ArrayList<>();
        addMembers(struct.handle().die(), 0, all, new int[] {MAX_MEMBERS}, 0);
        return all;
    }

    /** @param left how many more are looked at, those of nested structures too: a broken one may hold itself */
    private void addMembers(Die struct, long base, List<Member> into, int[] left, int depth) {
        for (Die child : reader.children(struct)) {
            int tag = reader.tag(child);
            boolean member = tag == Constants.TAG_MEMBER && !reader.flag(child, Constants.AT_EXTERNAL);
            if ((!member && tag != Constants.TAG_INHERITANCE) || left[0]-- <= 0) {
                continue;
            }
            Long offset = offset(child);
            if (offset == null) {
                continue; // a virtual base is found only through the object
            }
            String name = tag == Constants.TAG_INHERITANCE ? "" : reader.name(child);
            if (name.isEmpty()) {
                if (typeOf(child) instanceof DwarfType.Struct inner && depth < MAX_DEPTH) {
                    addMembers(inner.handle().die(), base + offset, into, left, depth + 1);
                }
                continue;
            }
            into.add(member(child, name, base, offset));
        }
    }

    private @Nullable Long offset(Die member) {
        if (!reader.has(member, Constants.AT_DATA_MEMBER_LOCATION)) {
            return 0L;
        }
        OptionalLong number = reader.unsigned(member, Constants.AT_DATA_MEMBER_LOCATION);
        if (number.isPresent()) {
            return number.getAsLong();
        }
        // DWARF 2 writes an expression: the address of the structure is on the stack.
        List<Operation> operations = reader.location(member, Constants.AT_DATA_MEMBER_LOCATION, 0);
        return operations != null
                        && operations.size() == 1
                        && operations.getFirst().code() == Constants.OP_PLUS_UCONST
                ? operations.getFirst().number()
                : null;
    }

    private Member member(Die die, String name, long base, long offset) {
        DwarfType type = typeOf(die);
        int width = (int) reader.unsigned(die, Constants.AT_BIT_SIZE).orElse(0);
        if (width <= 0 || width > Long.SIZE) {
            return new Member(name, type, base + offset, 0, 0);
        }
        long bit;
        OptionalLong fromStart = reader.unsigned(die, Constants.AT_DATA_BIT_OFFSET);
        if (fromStart.isPresent()) {
            bit = fromStart.getAsLong();
        } else {
            // DWARF 2 and 3 count from the highest bit of the field's unit (DWARF 3, section 5.5.6).
            long unit = reader.unsigned(die, Constants.AT_BYTE_SIZE).orElse(type.sizeBytes());
            long fromTop = reader.unsigned(die, Constants.AT_BIT_OFFSET).orElse(0);
            bit = 8 * offset + 8 * unit - fromTop - width;
        }
        return new Member(name, type, base + bit / 8, (int) (bit % 8), width);
    }
}
