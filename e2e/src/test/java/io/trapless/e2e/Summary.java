package io.trapless.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The object that {@code record --summary} writes. */
record Summary(
        long events,
        long lost,
        long bytes,
        String trace,
        double pauseMicros,
        List<Site> sites,
        List<Member> processes,
        List<Refused> refused,
        List<String> notices) {

    record Site(String probe, long pid, String address, String strategy, long events, long lost) {}

    /** How it ended is null where it is not told. */
    record Member(long pid, long parent, String command, long events, Long exitStatus, Long signal) {}

    record Refused(String probe, String reason) {}

    @SuppressWarnings("unchecked")
    static Summary read(Path file) throws IOException {
        Map<String, Object> json = Json.object(Files.readString(file));
        List<Site> sites = ((List<Map<String, Object>>) json.get("sites"))
                .stream()
                        .map(site -> new Site(
                                (String) site.get("probe"),
                                (Long) site.get("pid"),
                                (String) site.get("address"),
                                (String) site.get("strategy"),
                                (Long) site.get("events"),
                                (Long) site.get("lost")))
                        .toList();
        List<Member> processes = ((List<Map<String, Object>>) json.get("processes"))
                .stream()
                        .map(process -> new Member(
                                (Long) process.get("pid"),
                                (Long) process.get("parent"),
                                (String) process.get("command"),
                                (Long) process.get("events"),
                                (Long) process.get("exitStatus"),
                                (Long) process.get("signal")))
                        .toList();
        List<Refused> refused = ((List<Map<String, Object>>) json.get("refused"))
                .stream()
                        .map(refusal -> new Refused((String) refusal.get("probe"), (String) refusal.get("reason")))
                        .toList();
        return new Summary(
                (Long) json.get("events"),
                (Long) json.get("lost"),
                (Long) json.get("bytes"),
                (String) json.get("trace"),
                ((Number) json.get("pauseMicros")).doubleValue(),
                sites,
                processes,
                refused,
                (List<String>) json.get("notices"));
    }
}
