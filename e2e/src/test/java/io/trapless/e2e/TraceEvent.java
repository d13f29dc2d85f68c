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

    long field(String name) {
        return (Long) fields.get(name);
    }
}
