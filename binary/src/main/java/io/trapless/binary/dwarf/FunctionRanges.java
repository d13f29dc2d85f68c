package io.trapless.binary.dwarf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds units and functions by addresses within them. A unit's functions are walked when an address in it is first asked for, so that one of thousands does not cost all. What a unit does not say of where its code is (DWARF 2 can name one range only) is not found. One thread at a time. */
final class FunctionRanges {
    private static final int MAX_NESTING = 64;

    private final DieReader reader;
    private final Map<DieReader.Unit, Table<Die>> functions = new HashMap<>();
    private @Nullable Table<DieReader.Unit> units;

    FunctionRanges(DieReader reader) {
        this.reader = reader;
    }

    /** A function and the unit that has it. */
    record Found(DieReader.Unit unit, @Nullable Die function) {}

    /** Disjoint ranges of addresses. */
    private static final class Table<T> {
        private record Entry<T>(long end, T value) {}

        private final TreeMap<Long, Entry<T>> entries = new TreeMap<>();

        void add(List<DieReader.Range> ranges, T value) {
            for (DieReader.Range range : ranges) {
                // What the linker has left out was moved to 0.
                if (range.start() != 0 && range.end() > range.start()) {
                    entries.putIfAbsent(range.start(), new Entry<>(range.end(), value));
                }
            }
        }

        @Nullable T at(long address) {
            Map.Entry<Long, Entry<T>> entry = entries.floorEntry(address);
            return entry == null || address >= entry.getValue().end()
                    ? null
                    : entry.getValue().value();
        }
    }

    /** What holds an address: a unit, without a function if it has code of none; null if no unit does. */
    @Nullable Found at(long address) {
        DieReader.Unit unit = units().at(address);
        return unit == null ? null : new Found(unit, functionsOf(unit).at(address));
    }

    private Table<DieReader.Unit> units() {
        Table<DieReader.Unit> known = units;
        if (known == null) {
            known = new Table<>();
            for (DieReader.Unit unit : reader.units()) {
                known.add(reader.ranges(unit.die()), unit);
            }
            units = known;
        }
        return known;
    }

    private Table<Die> functionsOf(DieReader.Unit unit) {
        return functions.computeIfAbsent(unit, _ -> {
            Table<Die> table = new Table<>();
            forFunctions(reader, unit.content(), function -> table.add(reader.ranges(function), function));
            return table;
        });
    }

    /** Takes each function of a unit, those in namespaces and classes too, but none within another one. */
    static void forFunctions(DieReader reader, Die unit, Consumer<Die> each) {
        long language = reader.unsigned(unit, Constants.AT_LANGUAGE).orElse(0);
        // Structures of C have no functions, and a unit has hundreds of them.
        walk(reader, unit, !Constants.C_LANGUAGES.contains(language), each, 0);
    }

    private static void walk(DieReader reader, Die parent, boolean classes, Consumer<Die> each, int depth) {
        reader.forChildren(parent, tag -> tag == Constants.TAG_SUBPROGRAM || holds(tag, classes), (tag, child) -> {
            if (tag == Constants.TAG_SUBPROGRAM) {
                each.accept(child);
            } else if (depth < MAX_NESTING) {
                walk(reader, child, classes, each, depth + 1);
            }
        });
    }

    private static boolean holds(int tag, boolean classes) {
        return switch (tag) {
            case Constants.TAG_NAMESPACE, Constants.TAG_MODULE -> true;
            case Constants.TAG_STRUCTURE, Constants.TAG_CLASS, Constants.TAG_UNION -> classes;
            default -> false;
        };
    }
}
