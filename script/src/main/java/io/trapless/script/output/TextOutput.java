package io.trapless.script.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Results as text, in bpftrace's form; messages go to a second sink, normally standard error. */
public class TextOutput implements Output {
    private static final String GREEN = "\033[32m";
    private static final String RED = "\033[31m";
    private static final String PLAIN = "\033[0m";
    private static final int BENCH_NAME_WIDTH = 40;
    private static final int BENCH_TIME_WIDTH = 15;

    private final TextSink out;
    private final TextSink messages;
    private final boolean warnings;

    /**
     * @param out for results
     * @param messages for errors, warnings and counts
     * @param warnings whether warnings are shown
     */
    public TextOutput(TextSink out, TextSink messages, boolean warnings) {
        this.out = out;
        this.messages = messages;
        this.warnings = warnings;
    }

    @Override
    public void map(String name, Report report) {
        StringBuilder text = new StringBuilder();
        TextReports.appendMap(text, name, report);
        out.write(text.toString());
    }

    @Override
    public void value(Datum value) {
        out.write(DatumText.of(value) + "\n");
    }

    @Override
    public void printf(String text) {
        out.write(text);
    }

    @Override
    public void message(Severity severity, String text, Place place) {
        String where = place.text().isEmpty() ? "" : place.text() + ": ";
        if (severity == Severity.ERROR || warnings) {
            say(where + severity + ": " + trimmed(text));
            sayCalls(severity, place);
        }
    }

    private void sayCalls(Severity severity, Place place) {
        for (Place call : place.expandedFrom()) {
            say(call.text() + ": " + severity + ": expanded from");
            call.context().forEach(this::say);
        }
    }

    private static String trimmed(String text) {
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }

    private void say(String line) {
        // results first, so that a terminal shows both in their order
        out.breathe();
        messages.write(line + "\n");
        messages.flush();
    }

    @Override
    public void time(String text) {
        out.write(text);
    }

    @Override
    public void cat(String text) {
        out.write(text);
    }

    @Override
    public void join(String text) {
        out.write(text + "\n");
    }

    @Override
    public void system(String text) {
        out.write(text + "\n");
    }

    @Override
    public void runtimeWarning(String text, @Nullable HelperFailure failure, Place place) {
        if (warnings) {
            say(place.text() + ": WARNING: " + text);
            if (failure != null) {
                say(failure.line());
            }
            place.context().forEach(this::say);
            sayCalls(Severity.WARNING, place);
        }
    }

    @Override
    public void lostEvents(long count) {
        say("Lost " + count + " events");
    }

    @Override
    public void attachedProbes(long count) {
        say("Attached " + count + (count == 1 ? " probe" : " probes"));
    }

    @Override
    public void testResult(List<String> names, int index, long nanos, List<Boolean> passed, String text) {
        StringBuilder result = new StringBuilder();
        if (index == 0) {
            result.append(GREEN + "[==========]" + PLAIN + " Running " + names.size() + " tests.\n");
        }
        result.append(GREEN + "[ RUN      ]" + PLAIN + " " + names.get(index) + "\n");
        if (passed.get(index)) {
            result.append(GREEN + "[       OK ]" + PLAIN + " " + names.get(index));
        } else {
            text.lines()
                    .filter(line -> !line.isEmpty())
                    .forEach(line -> result.append(line).append('\n'));
            result.append(RED + "[  FAILED  ]" + PLAIN + " " + names.get(index));
        }
        Scaled scaled = Scaled.of(nanos);
        result.append(" (" + scaled.value + " " + scaled.unit + ")\n");
        if (index == names.size() - 1) {
            summary(result, names, passed);
        }
        out.write(result.toString());
    }

    private static void summary(StringBuilder result, List<String> names, List<Boolean> passed) {
        result.append(GREEN + "[==========]" + PLAIN + " " + tests(names.size()) + " ran.\n");
        int failed = (int) passed.stream().filter(ok -> !ok).count();
        result.append(GREEN + "[  PASSED  ]" + PLAIN + " " + tests(passed.size() - failed) + ".\n");
        if (failed > 0) {
            result.append(RED + "[  FAILED  ]" + PLAIN + " " + tests(failed) + ", listed below:\n");
            for (int i = 0; i < names.size(); i++) {
                if (!passed.get(i)) {
                    result.append(RED + "[  FAILED  ]" + PLAIN + " " + names.get(i) + "\n");
                }
            }
        }
    }

    private static String tests(int count) {
        return count + (count == 1 ? " test" : " tests");
    }

    /** A time in the largest unit in which it is not zero. */
    private record Scaled(long value, String unit) {
        static Scaled of(long nanos) {
            if (nanos >= 1_000_000_000) {
                return new Scaled(nanos / 1_000_000_000, "s");
            }
            if (nanos >= 1_000_000) {
                return new Scaled(nanos / 1_000_000, "ms");
            }
            return nanos >= 1_000 ? new Scaled(nanos / 1_000, ByteText.ofUnicode("μs")) : new Scaled(nanos, "ns");
        }
    }

    @Override
    public void benchResult(List<String> names, int index, long averageNanos, long iterations) {
        int width = names.stream().mapToInt(String::length).max().orElse(0);
        width = Math.max(width, BENCH_NAME_WIDTH) + 1;
        StringBuilder result = new StringBuilder();
        if (index == 0) {
            TextReports.padRight(result, "Benchmark", width);
            TextReports.padRight(result, "Time(ns)", BENCH_TIME_WIDTH);
            result.append("Iterations\n")
                    .repeat('-', width + BENCH_TIME_WIDTH + "Iterations".length())
                    .append('\n');
        }
        TextReports.padRight(result, names.get(index), width);
        TextReports.padRight(result, Long.toString(averageNanos), BENCH_TIME_WIDTH);
        out.write(result.append(iterations).append('\n').toString());
    }

    @Override
    public void end() {
        out.write("\n\n");
    }

    @Override
    public void flush() {
        out.flush();
        messages.flush();
    }
}
