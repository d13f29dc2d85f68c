package io.trapless.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Prints rows: a table for people, JSON for programs. */
final class Report {

    private Report() {}

    /** A table with the price of {@code rdtsc} as the measure: how many of them one event costs over the untouched call. */
    static void printTable(List<Row> rows, PrintStream out) {
        out.printf(
                Locale.ROOT,
                "%-10s %-46s %7s %12s %9s %9s %9s %8s %9s %8s%n",
                "tool",
                "mode",
                "threads",
                "events",
                "ns/event",
                "untouched",
                "added ns",
                "x rdtsc",
                "CPU s",
                "lost");
        for (Row row : rows) {
            if (row.unavailable() != null) {
                out.printf(Locale.ROOT, "%-10s %-46s %s%n", row.tool(), row.mode(), row.unavailable());
                continue;
            }
            out.printf(
                    Locale.ROOT,
                    "%-10s %-46s %7d %12d %9.2f %9.2f %9.2f %8s %9.2f %8s%n",
                    row.tool(),
                    row.mode(),
                    row.threads(),
                    row.events(),
                    row.nanosPerEvent(),
                    row.baselineNanos(),
                    row.addedNanos(),
                    ratio(row, rows),
                    row.cpuSeconds(),
                    row.lost() < 0 ? "unknown" : Long.toString(row.lost()));
        }
    }

    private static String ratio(Row row, List<Row> rows) {
        for (Row floor : rows) {
            if (floor.tool().equals(FloorPeer.TOOL)
                    && floor.mode().equals(FloorPeer.RDTSC)
                    && floor.threads() == row.threads()) {
                return String.format(Locale.ROOT, "%.2f", row.addedNanos() / floor.addedNanos());
            }
        }
        return "-";
    }

    /** One JSON array, a row a line. */
    static String json(List<Row> rows) {
        StringBuilder text = new StringBuilder("[\n");
        for (Row row : rows) {
            text.append(text.length() > 2 ? ",\n" : "").append(json(row));
        }
        return text.append("\n]\n").toString();
    }

    private static JsonWriter json(Row row) {
        JsonWriter json = new JsonWriter()
                .put("tool", row.tool())
                .put("mode", row.mode())
                .put("threads", row.threads())
                .put("events", row.events())
                .put("nanosPerEvent", row.nanosPerEvent())
                .put("baselineNanos", row.baselineNanos())
                .put("cpuSeconds", row.cpuSeconds());
        if (row.lost() >= 0) {
            json.put("lost", row.lost());
        } else {
            json.putRaw("lost", "null");
        }
        return row.unavailable() == null ? json : json.put("unavailable", row.unavailable());
    }
}
