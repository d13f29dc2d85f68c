package io.trapless.binary.dwarf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Walks over the entries of one open file. What is wrong in it reads as absent. One thread at a time; not to be used after {@link #close()}. */
@SuppressWarnings("restricted") // the lengths of strings and blocks are what libdw says
final class DieReader implements AutoCloseable {
    /** Names are short; a string that does not end is cut. */
    private static final int MAX_STRING = 4096;

    /** Bytes of a section of strings that are read at once. */
    private static final long MAX_STRINGS = 1L << 30;

    /** The 32-bit length that says that one of 64 bits follows (DWARF 5, section 7.4). */
    private static final long WIDE_LENGTH = 0xFFFF_FFFFL;

    /** A list of ranges that leads back to itself must end. */
    private static final int MAX_RANGES = 100_000;

    private final Arena arena = Arena.ofShared();
    private final int descriptor;
    private final MemorySegment dwarf;
    private final MemorySegment die = arena.allocate(Libdw.DIE_BYTES, 8);
    private final MemorySegment other = arena.allocate(Libdw.DIE_BYTES, 8);
    private final MemorySegment attribute = arena.allocate(Libdw.ATTRIBUTE_BYTES, 8);
    private final MemorySegment words = arena.allocate(8L * 8, 8);
    /** Where the walks stand that are under way, one within the other. */
    private final List<MemorySegment> cursors = new ArrayList<>();

    private int nesting;
    private @Nullable List<Unit> units;
    private boolean missingParts;
    private boolean closed;

    /**
     * A unit of compilation.
     *
     * @param die what has its lines and addresses
     * @param content what has its entries: another one if they are in a file of their own ({@code -gsplit-dwarf})
     */
    record Unit(Die die, Die content) {}

    /** Addresses from {@code start} up to, but not including, {@code end}. */
    record Range(long start, long end) {}

    private DieReader(int descriptor, MemorySegment dwarf) {
        this.descriptor = descriptor;
        this.dwarf = dwarf;
    }

    /** Opens a file; null if it has no DWARF. */
    static @Nullable DieReader open(String path) throws DwarfException {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = Libdw.open(arena.allocateFrom(path));
            if (descriptor < 0) {
                return null;
            }
            MemorySegment dwarf = Libdw.begin(descriptor);
            if (dwarf.equals(MemorySegment.NULL)) {
                Libdw.close(descriptor);
                return null;
            }
            DieReader reader = new DieReader(descriptor, dwarf);
            String missing = reader.missingAlternate(arena);
            if (missing != null) {
                reader.close();
                throw new DwarfException(
                        DwarfException.Reason.NO_DEBUG_INFO,
                        path + " shares its debugging information with " + missing
                                + ", which is not there: install the package that has it (NAME-dbgsym or NAME-dbg)");
            }
            return reader;
        }
    }

    private @Nullable String missingAlternate(Arena scratch) {
        MemorySegment name = scratch.allocate(8, 8);
        MemorySegment id = scratch.allocate(8, 8);
        if (Libdw.alternateLink(dwarf, name, id) <= 0 || Libdw.hasAlternate(dwarf)) {
            return null;
        }
        return text(name.get(ADDRESS, 0));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Libdw.end(dwarf);
            Libdw.close(descriptor);
            arena.close();
        }
    }

    private void set(Die value) {
        write(die, value);
    }

    /** Writes an entry as libdw wants to have it, {@link Libdw#DIE_BYTES}; only of an open file can anything be asked. */
    void write(MemorySegment into, Die value) {
        if (closed) {
            throw new IllegalStateException("the file is closed");
        }
        into.set(JAVA_LONG, 0, value.address());
        into.set(JAVA_LONG, 8, value.unit());
        into.set(JAVA_LONG, 16, value.abbreviation());
        into.set(JAVA_LONG, 24, 0);
    }

    private static Die read(MemorySegment from) {
        return new Die(from.get(JAVA_LONG, 0), from.get(JAVA_LONG, 8), from.get(JAVA_LONG, 16));
    }

    /** Zeroed memory that lives as long as the file is open. */
    MemorySegment allocate(long bytes) {
        return arena.allocate(bytes, 8);
    }

    /** Offset in its section. */
    long offset(Die of) {
        set(of);
        return Libdw.offset(die);
    }

    /**
     * The bytes of a unit's entries that are in the file itself.
     *
     * @param next the unit behind it, without which nobody tells whether its length is to be believed
     * @return null if the units do not follow each other, or the entries are in a file of their own
     */
    @Nullable MemorySegment bytes(Unit unit, Unit next) {
        long entry = unit.die().address();
        MemorySegment header = MemorySegment.ofAddress(header(unit));
        long length = header.reinterpret(4).get(JAVA_INT_UNALIGNED, 0) & 0xFFFF_FFFFL;
        long end = header.address() + 4 + length;
        if (length == WIDE_LENGTH) {
            end = header.address() + 12 + header.reinterpret(12).get(JAVA_LONG_UNALIGNED, 4);
        }
        return end == header(next) && unit.content().equals(unit.die())
                ? MemorySegment.ofAddress(entry).reinterpret(end - entry)
                : null;
    }

    /** Where a unit begins in memory. */
    private long header(Unit unit) {
        set(unit.die());
        return unit.die().address() - Libdw.unitOffset(die);
    }

    /** How the file stores an attribute ({@code DW_FORM_}); 0 if it is not there. */
    int form(Die of, int name) {
        return find(of, name, false) ? attribute.get(JAVA_INT, 4) : 0;
    }

    /** Whether a part of it is in a file that others share. */
    boolean hasAlternate() {
        return Libdw.hasAlternate(dwarf);
    }

    /** All of {@code .debug_str}; empty if it is longer than an array. */
    byte[] strings() {
        MemorySegment start = Libdw.stringAt(dwarf, 0, words);
        if (start.equals(MemorySegment.NULL)) {
            return new byte[0];
        }
        long size = 1; // the largest offset that has a string, and 1: found by its bits
        for (long bit = 1L << 32; bit != 0; bit >>= 1) {
            if (!Libdw.stringAt(dwarf, size - 1 + bit, words).equals(MemorySegment.NULL)) {
                size += bit;
            }
        }
        return size > MAX_STRINGS ? new byte[0] : start.reinterpret(size).toArray(JAVA_BYTE);
    }

    /** All units of compilation. */
    List<Unit> units() {
        List<Unit> known = units;
        if (known == null) {
            known = readUnits();
            units = known;
        }
        return known;
    }

    /** Whether entries are in files of their own that were not found. */
    boolean hasMissingParts() {
        units();
        return missingParts;
    }

    private List<Unit> readUnits() {
        List<Unit> found = new ArrayList<>();
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment next = scratch.allocate(8, 8);
            MemorySegment version = scratch.allocate(8, 8);
            MemorySegment type = scratch.allocate(8, 8);
            MemorySegment unitDie = scratch.allocate(Libdw.DIE_BYTES, 8);
            MemorySegment split = scratch.allocate(Libdw.DIE_BYTES, 8);
            MemorySegment unit = MemorySegment.NULL;
            while (Libdw.nextUnit(dwarf, unit, next, version, type, unitDie, split) == 0) {
                unit = next.get(ADDRESS, 0);
                Die own = read(unitDie);
                Die content = read(split);
                boolean skeleton = isSkeleton(type.get(JAVA_BYTE, 0));
                missingParts |= skeleton && content.address() == 0;
                found.add(new Unit(own, skeleton && content.address() != 0 ? content : own));
            }
        }
        return found;
    }

    private static boolean isSkeleton(byte unitType) {
        return unitType == 4; // DW_UT_skeleton
    }

    int tag(Die of) {
        set(of);
        return Libdw.tag(die);
    }

    /** The entries directly below, in order. */
    List<Die> children(Die of) {
        List<Die> all = new ArrayList<>();
        forChildren(of, _ -> true, (_, child) -> all.add(child));
        return all;
    }

    /** What is done with an entry. */
    interface Taker {
        void take(int tag, Die entry);
    }

    /** Takes the entries directly below whose tags are wanted, in order. Those that are not cost no more than to step over them. */
    void forChildren(Die of, IntPredicate wanted, Taker each) {
        if (nesting == cursors.size()) {
            cursors.add(allocate(Libdw.DIE_BYTES));
        }
        MemorySegment cursor = cursors.get(nesting++);
        try {
            set(of);
            boolean more = Libdw.child(die, cursor) == 0;
            long last = 0;
            // entries follow each other; one that leads back would never end
            while (more && cursor.get(JAVA_LONG, 0) > last) {
                last = cursor.get(JAVA_LONG, 0);
                int tag = Libdw.tag(cursor);
                if (wanted.test(tag)) {
                    each.take(tag, read(cursor));
                }
                more = Libdw.sibling(cursor, cursor) == 0;
            }
        } finally {
            nesting--;
        }
    }

    private boolean find(Die of, int name, boolean integrate) {
        set(of);
        return Libdw.attribute(die, name, integrate, attribute);
    }

    boolean has(Die of, int name) {
        return find(of, name, false);
    }

    boolean flag(Die of, int name) {
        return find(of, name, false) && Libdw.flag(attribute, words) == 0 && words.get(JAVA_BYTE, 0) != 0;
    }

    /** The same of it or of what it is an instance of. */
    boolean anyFlag(Die of, int name) {
        return find(of, name, true) && Libdw.flag(attribute, words) == 0 && words.get(JAVA_BYTE, 0) != 0;
    }

    OptionalLong unsigned(Die of, int name) {
        return find(of, name, true) && Libdw.unsigned(attribute, words) == 0
                ? OptionalLong.of(words.get(JAVA_LONG, 0))
                : OptionalLong.empty();
    }

    OptionalLong signed(Die of, int name) {
        return find(of, name, true) && Libdw.signed(attribute, words) == 0
                ? OptionalLong.of(words.get(JAVA_LONG, 0))
                : OptionalLong.empty();
    }

    OptionalLong address(Die of, int name) {
        return find(of, name, false) && Libdw.address(attribute, words) == 0
                ? OptionalLong.of(words.get(JAVA_LONG, 0))
                : OptionalLong.empty();
    }

    /** The entry's name, or that of what it is an instance of; empty if it has none. */
    String name(Die of) {
        String text = string(of, Constants.AT_NAME);
        return text == null ? "" : text;
    }

    @Nullable String string(Die of, int name) {
        return find(of, name, true) ? text(Libdw.string(attribute)) : null;
    }

    /** A C string, or null for NULL. */
    static @Nullable String text(MemorySegment string) {
        if (string.equals(MemorySegment.NULL)) {
            return null;
        }
        long length = 0;
        MemorySegment bytes = string.reinterpret(MAX_STRING);
        while (length < MAX_STRING && bytes.get(JAVA_BYTE, length) != 0) {
            length++;
        }
        return new String(bytes.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    /** The name of a function's symbol: the linkage name of C++, Rust and the like, otherwise the entry's name; empty if it has neither. */
    String symbol(Die function) {
        String linkage = string(function, Constants.AT_LINKAGE_NAME);
        if (linkage == null) {
            linkage = string(function, Constants.AT_MIPS_LINKAGE_NAME);
        }
        return linkage == null ? name(function) : linkage;
    }

    /** The entry that an attribute refers to, or null. */
    @Nullable Die reference(Die of, int name, boolean integrate) {
        return find(of, name, integrate) && Libdw.reference(attribute, other) ? read(other) : null;
    }

    /** What it is an instance of, or null. */
    @Nullable Die origin(Die of) {
        Die origin = reference(of, Constants.AT_ABSTRACT_ORIGIN, false);
        return origin != null ? origin : reference(of, Constants.AT_SPECIFICATION, false);
    }

    /** The addresses of its code. */
    List<Range> ranges(Die of) {
        set(of);
        List<Range> all = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < MAX_RANGES; i++) {
            at = Libdw.ranges(die, at, words, words.asSlice(8), words.asSlice(16));
            if (at <= 0) {
                break;
            }
            all.add(new Range(words.get(JAVA_LONG, 8), words.get(JAVA_LONG, 16)));
        }
        return all;
    }

    /** Where an instance of a function is entered; empty if it has no code. */
    OptionalLong entry(Die of) {
        if (find(of, Constants.AT_ENTRY_PC, false)) {
            if (Libdw.address(attribute, words) == 0) {
                return OptionalLong.of(words.get(JAVA_LONG, 0));
            }
            // DWARF 5, section 2.18: a number counts from the base address.
            OptionalLong base = base(of);
            OptionalLong offset = unsigned(of, Constants.AT_ENTRY_PC);
            if (base.isPresent() && offset.isPresent()) {
                return OptionalLong.of(base.getAsLong() + offset.getAsLong());
            }
        }
        return base(of);
    }

    /** Where its code begins: its lowest address, or the start of its first range; empty if it has no code. */
    OptionalLong base(Die of) {
        OptionalLong low = address(of, Constants.AT_LOW_PC);
        if (low.isPresent()) {
            return low;
        }
        List<Range> ranges = ranges(of);
        return ranges.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(ranges.getFirst().start());
    }

    /** The operations that say where it is at an address; null if nothing does, or more than one place at once. */
    @Nullable List<Operation> location(Die of, int name, long address) {
        if (!find(of, name, true)) {
            return null;
        }
        int count = Libdw.location(attribute, address, words, words.asSlice(8), 1);
        if (count != 1) {
            return null;
        }
        return Operation.read(words.get(ADDRESS, 0), words.get(JAVA_LONG, 8));
    }

    /** A number up to eight bytes wide that a block of bytes holds; empty if it is none. */
    OptionalLong block(Die of, int name) {
        if (!find(of, name, true) || Libdw.block(attribute, words) != 0) {
            return OptionalLong.empty();
        }
        long length = words.get(JAVA_LONG, 0);
        if (length < 1 || length > 8) {
            return OptionalLong.empty();
        }
        MemorySegment bytes = words.get(ADDRESS, 8).reinterpret(length);
        long value = 0;
        for (int i = (int) length - 1; i >= 0; i--) {
            value = value << 8 | (bytes.get(JAVA_BYTE, i) & 0xFF);
        }
        return OptionalLong.of(value);
    }
}
