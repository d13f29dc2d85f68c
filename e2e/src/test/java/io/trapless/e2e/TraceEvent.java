package io.trapless.e2e;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A line of {@code view --json}. */
record TraceEvent(long time, long cpu, long pid, long tid, String probe, Map<String, Object> fields) {

    @SuppressWarnings("unchecked")
    static TraceEvent of(String line) {
        Map<String, Object> json = Json.object(line);
        return new TraceEvent(
                (Long) json.get("time"),
                (Long) json.get("cpu"),
                (Long) json.get("pid"),
                (Long) json.get("tid"),
                (String) json.get("probe"),
                (Map<String, Object>) json.get("fields"));
    }

    /** All events of a trace, as {@code view} gives them. */
    static List<TraceEvent> view(Path trace) throws Exception {
        return Trapless.run("view", trace, "--json")
                .succeeded()
                .out()
                .lines()
                .map(TraceEvent::of)
                .toList();
    }

    /** Hands the lines of {@code view --json} over one by one, for traces of millions of events. */
    static long forEachLine(Path trace, java.util.function.Consumer<String> consumer) throws Exception {
        Process view = new ProcessBuilder(
                        Trapless.home().resolve("trapless").toString(), "view", trace.toString(), "--json")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        long lines = 0;
        try (var reader = view.inputReader()) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                consumer.accept(line);
                lines++;
            }
            if (view.waitFor() != 0) {
                throw new AssertionError("view ended with " + view.exitValue());
            }
        } finally {
            view.destroyForcibly();
        }
        return lines;
    }

    /** An integer of a line, without reading the rest of it. */
    static long integer(String line, String name) {
        String label = "\"" + name + "\": ";
        int start = line.indexOf(label) + label.length();
        int end = start;
        while (end < line.length() && "-0123456789".indexOf(line.charAt(end)) >= 0) {
            end++;
        }
        return Long.parseLong(line, start, end, 10);
    }

    long field(String name) {
        return (Long) fields.get(name);
    }
}
