package io.trapless.tracer.session;

import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.RingConsumer;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.session.RecordingSummary.SiteResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
                refused,
                traces,
                all);
    }

    private List<SiteResult> sites(List<TracedProcess> processes) throws IOException {
        List<SiteResult> sites = new ArrayList<>();
        for (TracedProcess process : processes) {
            for (BoundProbe probe : process.probes()) {
                int id = probe.event().id();
                sites.add(new SiteResult(
                        probe.event().name(),
                        process.pid(),
                        probe.address(),
                        probe.strategy(),
                        consumer.eventsOf(id),
                        consumer.lostOf(id)));
            }
        }
        return sites;
    }
}
