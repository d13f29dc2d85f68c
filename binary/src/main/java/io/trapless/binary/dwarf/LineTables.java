package io.trapless.binary.dwarf;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** The line tables of a file's units: their rows, the row of an address, and the source files that entries name by number. One thread at a time, while the file is open. */
final class LineTables {
    private final DieReader reader;
    private final MemorySegment die;
    private final MemorySegment words;

    LineTables(DieReader reader) {
        this.reader = reader;
        this.die = reader.allocate(Libdw.DIE_BYTES);
        this.words = reader.allocate(5 * 8);
    }

    /** The position of the code at an address, or null if the unit has none for it. */
    @Nullable SourcePosition at(DieReader.Unit unit, long address) {
        reader.write(die, unit.die());
        MemorySegment line = LibdwLines.lineOf(die, address);
        if (line.equals(MemorySegment.NULL) || LibdwLines.number(line, words) != 0) {
            return null;
        }
        return position(LibdwLines.source(line), words.get(JAVA_INT, 0));
    }

    /**
     * A position that an entry gives by a number of its unit's source files.
     *
     * @return null if there is no such file
     */
    @Nullable SourcePosition of(DieReader.Unit unit, long file, long line) {
        reader.write(die, unit.content());
        if (LibdwLines.files(die, words, words.asSlice(8)) != 0) {
            return null;
        }
        return position(LibdwLines.file(words.get(ADDRESS, 0), file), line);
    }

    /** Line 0 is code of no line (DWARF 5, section 6.2.2). */
    private static @Nullable SourcePosition position(MemorySegment source, long line) {
        String file = DieReader.text(source);
        return file == null || line <= 0 || line > Integer.MAX_VALUE ? null : new SourcePosition(file, (int) line);
    }

    /** Takes each line of a unit's table, in its order. */
    void forLines(DieReader.Unit unit, LineTaker taker) {
        reader.write(die, unit.die());
        if (LibdwLines.lines(die, words, words.asSlice(8)) != 0) {
            return;
        }
        MemorySegment table = words.get(ADDRESS, 0);
        long count = words.get(JAVA_LONG, 8);
        MemorySegment lastSource = MemorySegment.NULL;
        String file = "";
        for (long i = 0; i < count; i++) {
            MemorySegment line = LibdwLines.line(table, i);
            if (line.equals(MemorySegment.NULL)) {
                continue;
            }
            MemorySegment source = LibdwLines.source(line);
            if (source.address() != lastSource.address()) {
                lastSource = source;
                String text = DieReader.text(source);
                file = text == null ? "" : text;
            }
            boolean known = LibdwLines.address(line, words) == 0
                    && LibdwLines.number(line, words.asSlice(8)) == 0
                    && LibdwLines.column(line, words.asSlice(16)) == 0
                    && LibdwLines.isStatement(line, words.asSlice(24)) == 0
                    && LibdwLines.endsSequence(line, words.asSlice(32)) == 0;
            if (known) {
                taker.take(new LineRow(
                        file,
                        words.get(JAVA_INT, 8),
                        words.get(JAVA_INT, 16),
                        words.get(JAVA_LONG, 0),
                        words.get(JAVA_BYTE, 24) != 0,
                        words.get(JAVA_BYTE, 32) != 0));
            }
        }
    }

    /** Takes lines. */
    interface LineTaker {
        void take(LineRow row);
    }
}
