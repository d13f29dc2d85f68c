package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Tables of 32-bit distances from their own start, which GCC and Clang make of a switch in position-independent code:
 *
 * <pre>
 *   lea    table(%rip), %rA
 *   movslq (%rA,%rB,4), %rC
 *   add    %rA, %rC
 *   jmp    *%rC
 * </pre>
 *
 * The four instructions may be far apart, hoisted or spilled, so they are not matched: <em>every</em> aligned place whose address is taken counts as a table as long as
 * its entries lead into code, up to the next place whose address is taken. Strings and numbers hardly ever look so; if they do, only a few sites are refused without need.
 * (Tables of whole addresses need no search: their entries have relocations, or are found as words of the data.)
 */
final class JumpTables {
    /** Where the targets that are found go. */
    @FunctionalInterface
    interface Marker {
        void mark(long address, TargetKind kind);
    }

    private final List<Section> data;
    private final CodeMarks marks;

    /** All candidates so far, sorted. */
    private long[] known = {};

    JumpTables(List<Section> data, CodeMarks marks) {
        this.data = data;
        this.marks = marks;
    }

    /** Marks the entries of the tables at new candidates, sorted. */
    void collect(long[] candidates, Marker marker) {
        known = LongStream.concat(Arrays.stream(known), Arrays.stream(candidates))
                .sorted()
                .distinct()
                .toArray();
        for (long candidate : candidates) {
            Section section = sectionAt(candidate);
            if (section != null) {
                int next = Arrays.binarySearch(known, candidate) + 1;
                long end = next < known.length ? Math.min(known[next], section.end()) : section.end();
                collectTable(candidate, section, end, marker);
            }
        }
    }

    /** Marks the entries of one table whose distances count from {@code base}, as long as they stay in the function; whether there were any. */
    boolean collect(long table, long base, CodeRange function, Marker marker) {
        Section section = sectionAt(table);
        if (section == null) {
            return false;
        }
        int next = Arrays.binarySearch(known, table);
        next = next < 0 ? -next - 1 : next + 1;
        long end = next < known.length ? Math.min(known[next], section.end()) : section.end();
        long entry = table;
        while (entry + 4 <= end) {
            long target = base + littleEndianInt(section.bytes(), (int) (entry - section.address()));
            if (!function.contains(target)) {
                break;
            }
            marker.mark(target, TargetKind.JUMP_TABLE);
            entry += 4;
        }
        return entry > table;
    }

    private void collectTable(long table, Section section, long end, Marker marker) {
        for (long entry = table; entry + 4 <= end; entry += 4) {
            long target = table + littleEndianInt(section.bytes(), (int) (entry - section.address()));
            if (marks.find(target) < 0) {
                return;
            }
            marker.mark(target, TargetKind.JUMP_TABLE);
        }
    }

    /** The section of a candidate. Tables may stand between code as well, but not where a function starts. */
    private @Nullable Section sectionAt(long address) {
        Section section = Section.holding(address, data);
        if (section != null) {
            return section;
        }
        return (marks.get(address) & TargetKind.FUNCTION_START.bit) == 0 ? marks.sectionAt(address) : null;
    }

    static int littleEndianInt(byte[] bytes, int at) {
        return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
    }
}
