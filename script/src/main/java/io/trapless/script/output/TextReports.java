package io.trapless.script.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Aggregations as text: tables, histograms with bars. Time series have {@link TimeSeriesText}. */
final class TextReports {
    private static final int BAR_WIDTH = 52;
    private static final int RANGE_WIDTH = 16;
    private static final int COUNT_WIDTH = 8;

    private TextReports() {}

    /** Appends {@code report} without a name and without a closing line end of its own. */
    static void append(StringBuilder out, Report report) {
        switch (report) {
            case Report.Single(Datum value) -> DatumText.append(out, value);
            case Report.Histogram histogram -> appendHistogram(out, histogram);
            case Report.Statistics(Report content) -> append(out, content);
            case Report.TimeSeries series -> TimeSeriesText.append(out, series);
            case Report.Table(List<Report.Row> rows) -> {
                for (Report.Row row : rows) {
                    DatumText.append(out.append('['), row.key());
                    append(out.append("]: "), row.value());
                    out.append('\n');
                }
            }
        }
    }

    /** Appends a map under its name. */
    static void appendMap(StringBuilder out, String name, Report report) {
        Report content = report instanceof Report.Statistics statistics ? statistics.content() : report;
        switch (content) {
            case Report.Table(List<Report.Row> rows) -> rows.forEach(row -> appendRow(out, name, row));
            case Report.Histogram _, Report.TimeSeries _ -> {
                append(out.append(name).append(":\n"), content);
                out.append('\n');
            }
            default -> {
                append(out.append(name).append(": "), content);
                out.append('\n');
            }
        }
    }

    private static void appendRow(StringBuilder out, String name, Report.Row row) {
        out.append(name).append('[').append(bareKey(row.key())).append("]:");
        out.append(row.value() instanceof Report.Single ? ' ' : '\n');
        append(out, row.value());
        out.append('\n');
    }

    /** A key without the parentheses of a tuple. */
    static String bareKey(Datum key) {
        String text = DatumText.of(key);
        boolean tuple = text.length() >= 2 && text.charAt(0) == '(' && text.charAt(text.length() - 1) == ')';
        return tuple ? text.substring(1, text.length() - 1) : text;
    }

    private static void appendHistogram(StringBuilder out, Report.Histogram histogram) {
        long max = 0;
        for (long count : histogram.counts()) {
            max = Math.max(max, count);
        }
        for (int i = 0; i < histogram.counts().length; i++) {
            long count = histogram.counts()[i];
            int bar = (int) (count / (float) max * BAR_WIDTH);
            padRight(out, range(histogram, i), RANGE_WIDTH);
            padLeft(out, Long.toString(count), COUNT_WIDTH);
            out.append(" |");
            padRight(out, "@".repeat(bar), BAR_WIDTH);
            out.append("|\n");
        }
    }

    /** The bounds of bucket {@code i}: a bucket that holds a single number shows it alone. */
    private static String range(Report.Histogram histogram, int i) {
        Datum lower = i == 0 ? histogram.lowerBound() : histogram.labels().get(i - 1);
        @Nullable Datum upper = i < histogram.labels().size() ? histogram.labels().get(i) : null;
        if (lower == null) {
            return "(..., " + (upper == null ? "..." : DatumText.of(upper)) + ")";
        }
        if (upper == null) {
            return "[" + DatumText.of(lower) + ", ...)";
        }
        if (lower instanceof Datum.Int low
                && upper instanceof Datum.Int high
                && low.signed() == high.signed()
                && low.value() + 1 == high.value()) {
            return "[" + DatumText.of(lower) + "]";
        }
        return "[" + DatumText.of(lower) + ", " + DatumText.of(upper) + ")";
    }

    static void padRight(StringBuilder out, String text, int width) {
        out.append(text).repeat(' ', Math.max(0, width - text.length()));
    }

    static void padLeft(StringBuilder out, String text, int width) {
        out.repeat(' ', Math.max(0, width - text.length())).append(text);
    }
}
