package io.trapless.tracer.session;

import io.trapless.trace.event.EventType;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.RecordingMode;
import io.trapless.tracer.session.control.ControlHandler;
import io.trapless.tracer.session.control.ControlReply;
import io.trapless.tracer.session.control.ControlRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** Does what other commands ask a recording for. On the control server's thread. */
final class SessionControl implements ControlHandler {
    private static final int NAMED = 3;

    private final SessionResources session;
    private final SnapshotTaker snapshots;

    SessionControl(SessionResources session, SnapshotTaker snapshots) {
        this.session = session;
        this.snapshots = snapshots;
    }

    @Override
    public ControlReply handle(ControlRequest request) {
        return switch (request) {
            case ControlRequest.Switch(String probe, boolean on) -> set(probe, on);
            case ControlRequest.Snapshot(Path directory) -> snapshot(directory);
        };
    }

    private ControlReply set(String probe, boolean on) {
        Predicate<String> meant = ProbeNames.meantBy(probe);
        int matching = 0;
        int changed = 0;
        List<EventType> events = session.events();
        for (EventType event : events) {
            if (meant.test(event.name())) {
                matching++;
                changed += session.setEnabled(event.id(), on) ? 1 : 0;
            }
        }
        if (matching == 0) {
            return ControlReply.failed("no probe of this session is called " + probe + "; it has " + named(events));
        }
        String all = changed == matching ? "" : " (" + matching + " match, the others were so before)";
        return ControlReply.ok(
                (changed == 1 ? "1 probe" : changed + " probes") + " switched " + (on ? "on" : "off") + all);
    }

    private static String named(List<EventType> events) {
        List<String> names = events.stream()
                .map(EventType::name)
                .distinct()
                .limit(NAMED + 1L)
                .toList();
        String first = String.join(", ", names.subList(0, Math.min(NAMED, names.size())));
        return names.size() > NAMED ? first + " and more" : first;
    }

    private ControlReply snapshot(Path directory) {
        if (session.file().geometry().mode() != RecordingMode.OVERWRITE) {
            return ControlReply.failed("this session is no flight recorder: it writes all it records to "
                    + session.output().path() + " as it goes, which 'trapless view' shows at any time;"
                    + " snapshots are of recordings with --mode overwrite");
        }
        try {
            ConsumerStatistics taken = snapshots.take(directory);
            String overtaken = taken.overtakenSubBuffers() == 0
                    ? ""
                    : "; " + taken.overtakenSubBuffers() + " of the oldest packets were written over meanwhile";
            return ControlReply.ok(
                    (taken.events() == 1 ? "1 event" : taken.events() + " events") + " in " + directory + overtaken);
        } catch (IOException e) {
            return ControlReply.failed(Sentences.of(e));
        }
    }
}
