package io.trapless.tracer.session;

import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.RingConsumer;
import io.trapless.tracer.session.RecordingSummary.ProcessResult;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.session.RecordingSummary.SiteResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a recording came to, gathered when its consumer has finished. */
final class SummaryBuilder {
    private final RingConsumer consumer;
    private final ConsumerStatistics statistics;

    SummaryBuilder(RingConsumer consumer, ConsumerStatistics statistics) {
        this.consumer = consumer;
        this.statistics = statistics;
    }

    /**
     * The summary.
     *
     * @param notices to begin with; what the consumer saw is added
     */
    RecordingSummary build(
            Path trace,
            long attachNanos,
            List<TracedProcess> processes,
            List<RefusedProbe> refused,
            List<TracePart> traces,
            List<String> notices)
            throws IOException {
        List<String> all = new ArrayList<>(notices);
        Notices.addTo(all, statistics);
        List<ProcessAttachment> attachments = processes.stream()
                .flatMap(process -> process.attachments().stream())
                .toList();
        return new RecordingSummary(
                statistics.events(),
                statistics.lost(),
                statistics.bytes(),
                trace,
                attachNanos,
                attachments.stream()
                        .mapToLong(ProcessAttachment::longestPauseNanos)
                        .max()
                        .orElse(0),
                attachments.stream()
                        .mapToLong(ProcessAttachment::totalPauseNanos)
                        .max()
                        .orElse(0),
                attachments.stream()
                        .mapToLong(ProcessAttachment::longestLoanNanos)
                        .max()
                        .orElse(0),
                sites(processes),
                processes(processes),
                refused,
                traces,
                all);
    }

    /** One row for each probe of each process, wherever it lay there in turn. What a forked child only inherited is left out. The rings count losses by probe: they stand in its first row, and so do the events of processes that are none of the recording's, such as were forked from one that nobody follows. */
    private List<SiteResult> sites(List<TracedProcess> processes) throws IOException {
        Map<Row, SiteResult> rows = new LinkedHashMap<>();
        Set<Integer> counted = new HashSet<>();
        for (TracedProcess process : processes) {
            for (BoundProbe probe : process.probes()) {
                int id = probe.event().id();
                long events = consumer.eventsOf(id, process.pid());
                if (events == 0 && process.origin() == TracedProcess.Origin.FORKED) {
                    continue;
                }
                SiteResult earlier = rows.get(new Row(id, process.pid()));
                long lost = earlier != null ? earlier.lost() : counted.add(id) ? consumer.lostOf(id) : 0;
                rows.put(
                        new Row(id, process.pid()),
                        new SiteResult(
                                probe.event().name(), process.pid(), probe.address(), probe.strategy(), events, lost));
            }
        }
        addStrangers(rows);
        return List.copyOf(rows.values());
    }

    private void addStrangers(Map<Row, SiteResult> rows) throws IOException {
        Map<Integer, Long> known = new HashMap<>();
        rows.forEach((row, site) -> known.merge(row.eventId, site.events(), Long::sum));
        Set<Integer> seen = new HashSet<>();
        for (Map.Entry<Row, SiteResult> row : rows.entrySet()) {
            int id = row.getKey().eventId;
            SiteResult site = row.getValue();
            long others = seen.add(id) ? consumer.eventsOf(id) - known.getOrDefault(id, 0L) : 0;
            if (others > 0) {
                row.setValue(new SiteResult(
                        site.probe(),
                        site.pid(),
                        site.address(),
                        site.strategy(),
                        site.events() + others,
                        site.lost()));
            }
        }
    }

    private record Row(int eventId, int pid) {}

    private List<ProcessResult> processes(List<TracedProcess> processes) {
        Map<Integer, ProcessResult> results = new LinkedHashMap<>();
        Map<Integer, Set<Integer>> ids = new HashMap<>();
        for (TracedProcess process : processes) {
            Set<Integer> known = ids.computeIfAbsent(process.pid(), _ -> new HashSet<>());
            process.probes().forEach(probe -> known.add(probe.event().id()));
            long events = known.stream()
                    .mapToLong(id -> consumer.eventsOf(id, process.pid()))
                    .sum();
            ProcessResult earlier = results.get(process.pid());
            int parent = process.parent() == 0 && earlier != null ? earlier.parent() : process.parent();
            results.put(
                    process.pid(),
                    new ProcessResult(process.pid(), parent, process.command(), events, process.waitStatus()));
        }
        return List.copyOf(results.values());
    }
}
