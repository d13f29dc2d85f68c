package io.trapless.script.output;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;

/** A time series as a graph of text: one line an interval, time downwards, value to the right, a dotted line at zero. */
final class TimeSeriesText {
    /** Columns of the graph, both borders included. */
    private static final int WIDTH = 53;

    /** Columns of the lower bound's label. */
    private static final int LEFT_LABEL = 21;

    private final List<Report.Point> points;
    private final String unit;
    private final int unitDigits;
    private final boolean signed;
    private long min;
    private long max;

    private TimeSeriesText(List<Report.Point> points) {
        this.points = points;
        long interval = points.size() < 2
                ? 0
                : (points.getLast().epochNanos() - points.getFirst().epochNanos()) / (points.size() - 1);
        unitDigits = interval >= 1_000_000_000 ? 0 : interval >= 1_000_000 ? 3 : interval >= 1_000 ? 6 : 9;
        unit = switch (unitDigits) {
            case 0 -> "";
            case 3 -> ".ms";
            case 6 -> "." + ByteText.ofUnicode("μs");
            default -> ".ns";
        };
        List<Datum.Int> values = new ArrayList<>();
        for (Report.Point point : points) {
            if (point.value() instanceof Datum.Int value) {
                values.add(value);
            }
        }
        signed = values.isEmpty() || values.getFirst().signed();
        if (!values.isEmpty()) {
            min = values.getFirst().value();
            max = min;
        }
        for (Datum.Int value : values) {
            min = compare(value.value(), min) < 0 ? value.value() : min;
            max = compare(value.value(), max) > 0 ? value.value() : max;
        }
        if (min == max) {
            // a margin on both sides, where the type has room for one
            min = min == (signed ? Long.MIN_VALUE : 0) ? min : min - 1;
            max = max == (signed ? Long.MAX_VALUE : -1) ? max : max + 1;
        }
    }

    static void append(StringBuilder out, Report.TimeSeries series) {
        if (series.points().isEmpty()) {
            out.append("<no data>");
            return;
        }
        new TimeSeriesText(series.points()).append(out);
    }

    private int compare(long a, long b) {
        return signed ? Long.compare(a, b) : Long.compareUnsigned(a, b);
    }

    private void append(StringBuilder out) {
        String head = "hh:mm:ss" + unit;
        int timeWidth = unitDigits == 0 ? 8 : 9 + unitDigits;
        out.repeat(' ', timeWidth + 1);
        labels(out);
        TextReports.padRight(out, head, timeWidth + 1);
        out.append('|').repeat('_', WIDTH - 2).append("|\n");
        int zero = zeroColumn();
        for (Report.Point point : points) {
            line(out, point, zero);
        }
        out.repeat(' ', timeWidth + 1).append('v').repeat('_', WIDTH - 2).append("v\n");
        out.repeat(' ', timeWidth + 1);
        labels(out);
    }

    private void labels(StringBuilder out) {
        TextReports.padRight(out, text(min), LEFT_LABEL);
        TextReports.padLeft(out, text(max), WIDTH - LEFT_LABEL);
        out.append('\n');
    }

    private String text(long value) {
        return signed ? Long.toString(value) : Long.toUnsignedString(value);
    }

    private int zeroColumn() {
        if (!signed || min >= 0 || max <= 0) {
            return 0;
        }
        return (int) ((float) WIDTH * (float) min / (float) (min - max));
    }

    private void line(StringBuilder out, Report.Point point, int zero) {
        char[] columns = " ".repeat(WIDTH).toCharArray();
        columns[0] = '|';
        columns[WIDTH - 1] = '|';
        if (zero > 0) {
            columns[zero] = '.';
        }
        appendTime(out, point.epochNanos());
        out.append(' ');
        if (point.value() instanceof Datum.Int value) {
            float share = min == max ? 0.5f : (float) (value.value() - min) / (float) (max - min);
            columns[Math.clamp((int) ((WIDTH - 1) * share), 0, WIDTH - 1)] = '*';
            out.append(columns).append(' ').append(text(value.value())).append('\n');
        } else {
            out.append(columns).append(" -\n");
        }
    }

    private void appendTime(StringBuilder out, long epochNanos) {
        ZonedDateTime time = local(epochNanos);
        two(out, time.getHour()).append(':');
        two(out, time.getMinute()).append(':');
        two(out, time.getSecond());
        if (unitDigits > 0) {
            String nanos = Integer.toString(1_000_000_000 + time.getNano()).substring(1);
            out.append('.').append(nanos, 0, unitDigits);
        }
    }

    /** {@code 2026-01-31T12:00:00.000000000}, local time. */
    static String stamp(long epochNanos) {
        ZonedDateTime time = local(epochNanos);
        StringBuilder out = new StringBuilder();
        out.append(time.getYear()).append('-');
        two(out, time.getMonthValue()).append('-');
        two(out, time.getDayOfMonth()).append(' ');
        two(out, time.getHour()).append(':');
        two(out, time.getMinute()).append(':');
        two(out, time.getSecond()).append('.');
        return out.append(Integer.toString(1_000_000_000 + time.getNano()), 1, 10)
                .toString();
    }

    private static StringBuilder two(StringBuilder out, int number) {
        return out.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private static ZonedDateTime local(long epochNanos) {
        return Instant.ofEpochSecond(
                        Math.floorDiv(epochNanos, 1_000_000_000L), Math.floorMod(epochNanos, 1_000_000_000L))
                .atZone(ZoneId.systemDefault());
    }
}
