package io.trapless.script.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Results as JSON, one object a line, in bpftrace's form. Everything goes to one sink. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class JsonOutput implements Output {
    private final TextSink out;
    private final boolean warnings;

    public JsonOutput(TextSink out, boolean warnings) {
        this.out = out;
        this.warnings = warnings;
    }

    @Override
    public void map(String name, Report report) {
        if (report instanceof Report.Table(List<Report.Row> rows) && rows.isEmpty()) {
            return;
        }
        StringBuilder line = begin(kind(report)).append('{');
        JsonText.string(line, name);
        JsonText.report(line.append(": "), report);
        write(line.append("}}"));
    }

    private static String kind(Report report) {
        return switch (report) {
            case Report.Statistics _ -> "stats";
            case Report.TimeSeries _ -> "tseries";
            case Report.Histogram _ -> "hist";
            case Report.Single _ -> "map";
            case Report.Table(List<Report.Row> rows) ->
                rows.isEmpty() ? "map" : kind(rows.getFirst().value());
        };
    }

    private static StringBuilder begin(String type) {
        return new StringBuilder("{\"type\": \"").append(type).append("\", \"data\": ");
    }

    private void write(StringBuilder line) {
        out.write(line.append('\n').toString());
    }

    private void text(String type, String text) {
        StringBuilder line = begin(type);
        JsonText.string(line, text);
        write(line.append('}'));
    }

    @Override
    public void value(Datum value) {
        StringBuilder line = begin("value");
        JsonText.datum(line, value);
        write(line.append('}'));
    }

    @Override
    public void printf(String text) {
        text("printf", text);
    }

    @Override
    public void message(Severity severity, String text, Place place) {
        if (severity == Severity.ERROR || warnings) {
            located(severity == Severity.ERROR ? "errorf" : "warnf", text, place);
        }
    }

    private void located(String type, String text, Place place) {
        write(place(message(type, text), place));
    }

    private static StringBuilder message(String type, String text) {
        StringBuilder line = new StringBuilder("{\"type\": \"").append(type).append("\", \"msg\": ");
        JsonText.string(line, text);
        return line;
    }

    private static StringBuilder place(StringBuilder line, Place place) {
        JsonText.string(line.append(", \"filename\": "), ByteText.ofUnicode(place.file()));
        line.append(", \"line\": ").append(place.line());
        return line.append(", \"col\": ").append(place.column()).append('}');
    }

    @Override
    public void time(String text) {
        text("time", text);
    }

    @Override
    public void cat(String text) {
        text("cat", text);
    }

    @Override
    public void join(String text) {
        text("join", text);
    }

    @Override
    public void system(String text) {
        text("syscall", text);
    }

    @Override
    public void runtimeWarning(String text, @Nullable HelperFailure failure, Place place) {
        if (!warnings) {
            return;
        }
        if (failure == null) {
            located("runtime_error", text, place);
            return;
        }
        StringBuilder line = message("helper_error", failure.reason());
        JsonText.string(line.append(", \"helper\": "), failure.helper());
        write(place(line.append(", \"retcode\": ").append(failure.code()), place));
    }

    @Override
    public void lostEvents(long count) {
        write(new StringBuilder("{\"type\": \"lost_events\", \"count\": ")
                .append(count)
                .append(", \"data\": {\"events\": ")
                .append(count)
                .append("}}"));
    }

    @Override
    public void attachedProbes(long count) {
        write(new StringBuilder("{\"type\": \"attached_probes\", \"count\": ")
                .append(count)
                .append(", \"data\": {\"probes\": ")
                .append(count)
                .append("}}"));
        out.flush();
    }

    @Override
    public void testResult(List<String> names, int index, long nanos, List<Boolean> passed, String text) {
        named(
                "test_result",
                names.get(index),
                List.of(
                        new Datum.Field("duration", Datum.signed(nanos)),
                        new Datum.Field("passed", new Datum.Bool(passed.get(index))),
                        new Datum.Field("output", new Datum.Text(text))));
    }

    @Override
    public void benchResult(List<String> names, int index, long averageNanos, long iterations) {
        named(
                "benchmark_result",
                names.get(index),
                List.of(
                        new Datum.Field("average", Datum.signed(averageNanos)),
                        new Datum.Field("iters", Datum.unsigned(iterations))));
    }

    private void named(String type, String name, List<Datum.Field> fields) {
        StringBuilder line = begin(type).append('{');
        JsonText.string(line, name);
        JsonText.datum(line.append(": "), new Datum.Struct(fields));
        write(line.append("}}"));
    }

    @Override
    public void end() {}

    @Override
    public void flush() {
        out.flush();
    }

    /** How JSON has the values. */
    static final class JsonText {
        private JsonText() {}

        static void string(StringBuilder out, String text) {
            out.append('"');
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                switch (c) {
                    case '"' -> out.append("\\\"");
                    case '\\' -> out.append("\\\\");
                    case '\n' -> out.append("\\n");
                    case '\r' -> out.append("\\r");
                    case '\t' -> out.append("\\t");
                    default -> {
                        if (c < 0x20) {
                            out.append("\\u00").append(c < 0x10 ? "0" : "1").append(Integer.toHexString(c & 15));
                        } else {
                            out.append(c);
                        }
                    }
                }
            }
            out.append('"');
        }

        /** A number; one that a double can't hold exactly becomes a string, because most readers of JSON know only doubles. */
        static void number(StringBuilder out, long value, boolean signed) {
            boolean exact = (signed || value >= 0)
                    ? (long) (double) value == value && value != Long.MAX_VALUE
                    : (value & 0x7ff) == 0;
            String text = signed ? Long.toString(value) : Long.toUnsignedString(value);
            if (exact) {
                out.append(text);
            } else {
                out.append('"').append(text).append('"');
            }
        }

        static void datum(StringBuilder out, Datum datum) {
            switch (datum) {
                case Datum.Nothing() -> out.append("null");
                case Datum.Bool(boolean value) -> out.append(value);
                case Datum.Int(long value, boolean signed) -> number(out, value, signed);
                case Datum.Text(String text) -> string(out, text);
                case Datum.Array(List<Datum> elements) -> array(out, elements);
                case Datum.Tuple(List<Datum> elements) -> array(out, elements);
                case Datum.Symbol(String _, long value) -> number(out, value, false);
                case Datum.Buffer(byte[] bytes) -> {
                    out.append('[');
                    for (int i = 0; i < bytes.length; i++) {
                        out.append(i == 0 ? "" : ",").append(bytes[i]);
                    }
                    out.append(']');
                }
                case Datum.Struct(List<Datum.Field> fields) -> {
                    out.append('{');
                    String before = "";
                    for (Datum.Field field : fields) {
                        string(out.append(before), field.name());
                        datum(out.append(": "), field.value());
                        before = ", ";
                    }
                    out.append('}');
                }
            }
        }

        private static void array(StringBuilder out, List<Datum> elements) {
            out.append('[');
            for (int i = 0; i < elements.size(); i++) {
                datum(i == 0 ? out : out.append(','), elements.get(i));
            }
            out.append(']');
        }

        static void report(StringBuilder out, Report report) {
            switch (report) {
                case Report.Single(Datum value) -> datum(out, value);
                case Report.Statistics(Report content) -> report(out, content);
                case Report.Histogram histogram -> histogram(out, histogram);
                case Report.TimeSeries(List<Report.Point> points) -> series(out, points);
                case Report.Table(List<Report.Row> rows) -> {
                    out.append('{');
                    for (int i = 0; i < rows.size(); i++) {
                        String key = TextReports.bareKey(rows.get(i).key()).replace(" ", "");
                        string(i == 0 ? out : out.append(", "), key);
                        report(out.append(": "), rows.get(i).value());
                    }
                    out.append('}');
                }
            }
        }

        private static void histogram(StringBuilder out, Report.Histogram histogram) {
            out.append('[');
            for (int i = 0; i < histogram.counts().length; i++) {
                out.append(i == 0 ? "{" : ",{");
                @Nullable Datum lower =
                        i == 0 ? histogram.lowerBound() : histogram.labels().get(i - 1);
                if (lower != null) {
                    datum(out.append("\"min\": "), lower);
                    out.append(", ");
                }
                if (i < histogram.labels().size()) {
                    // inclusive here, exclusive in text
                    number(out.append("\"max\": "), number(histogram.labels().get(i)) - 1, true);
                    out.append(", ");
                }
                out.append("\"count\": ").append(histogram.counts()[i]).append('}');
            }
            out.append(']');
        }

        private static long number(Datum label) {
            return switch (label) {
                case Datum.Int(long value, boolean _) -> value;
                case Datum.Symbol(String _, long value) -> value;
                default -> throw new IllegalArgumentException("a bucket is bounded by a number");
            };
        }

        private static void series(StringBuilder out, List<Report.Point> points) {
            out.append('[');
            String before = "";
            for (Report.Point point : points) {
                Datum value = point.value();
                if (value != null) {
                    out.append(before).append("{\"interval_start\":\"");
                    out.append(TimeSeriesText.stamp(point.epochNanos()));
                    out.append("\",\"value\":");
                    DatumText.append(out, value);
                    out.append('}');
                    before = ",";
                }
            }
            out.append(']');
        }
    }
}
