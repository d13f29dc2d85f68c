package io.trapless.binary.dwarf;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/** From lines of source files to instructions. One thread at a time. */
final class SourceLines {
    private final DieReader reader;

    SourceLines(DieReader reader) {
        this.reader = reader;
    }

    /** The places of a line of every file whose path ends in {@code file}, whole folders only. */
    LineMatch find(String file, int line, int column) {
        Map<String, Boolean> matches = new LinkedHashMap<>();
        Set<String> files = new TreeSet<>();
        NavigableSet<Integer> lines = new TreeSet<>();
        Set<Long> addresses = new LinkedHashSet<>();
        LineTables tables = new LineTables(reader);
        for (DieReader.Unit unit : reader.units()) {
            List<LineRow> rows = new ArrayList<>();
            tables.forLines(unit, row -> {
                if (row.endsSequence() || matches.computeIfAbsent(row.file(), path -> endsWith(path, file))) {
                    rows.add(row);
                } else {
                    rows.add(new LineRow("", 0, 0, row.address(), row.statement(), false));
                }
            });
            collect(rows, line, column, files, lines, addresses);
        }
        return new LineMatch(List.copyOf(files), List.copyOf(addresses), lines);
    }

    /** A block of code begins where the row before is of another line, or of none. */
    private static void collect(
            List<LineRow> rows,
            int line,
            int column,
            Set<String> files,
            NavigableSet<Integer> lines,
            Set<Long> addresses) {
        LineRow before = null;
        for (LineRow row : rows) {
            boolean ours = !row.file().isEmpty() && !row.endsSequence() && row.line() > 0;
            if (ours && row.statement()) {
                files.add(row.file());
                lines.add(row.line());
                boolean begins = before == null
                        || before.endsSequence()
                        || before.line() != row.line()
                        || !before.file().equals(row.file());
                boolean wanted = row.line() == line && (column == 0 || column == row.column());
                if (wanted && (begins || column != 0)) {
                    addresses.add(row.address());
                }
            }
            // a row that a debugger does not stop at belongs to what stands before it
            if (row.statement() || row.endsSequence() || before == null) {
                before = row;
            }
        }
    }

    private static boolean endsWith(String path, String end) {
        String normal = normal(path);
        String wanted = normal(end);
        return normal.equals(wanted)
                || (normal.endsWith(wanted)
                        && (wanted.startsWith("/") || normal.charAt(normal.length() - wanted.length() - 1) == '/'));
    }

    private static String normal(String path) {
        return java.nio.file.Path.of(path).normalize().toString();
    }
}
