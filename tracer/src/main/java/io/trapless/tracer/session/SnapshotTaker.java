package io.trapless.tracer.session;

import io.trapless.trace.ctf.TraceDirectory;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.RingConsumer;
import io.trapless.tracer.ring.RingSnapshot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes traces of what a flight recorder's rings hold, while it records. Any thread; one at a time, others wait. */
final class SnapshotTaker {
    private final RingConsumer consumer;
    private final TraceOutput output;
    private final List<TracePart> numbered = new ArrayList<>();

    SnapshotTaker(RingConsumer consumer, TraceOutput output) {
        this.consumer = consumer;
        this.output = output;
    }

    /**
     * Makes one in a folder of its own.
     *
     * @param directory must not exist, or be empty
     * @throws IOException it can't be written; the message is one sentence for the user
     */
    synchronized ConsumerStatistics take(Path directory) throws IOException {
        try (TraceDirectory trace = TraceDirectory.create(directory, output.schemaNow())) {
            RingSnapshot snapshot = consumer.snapshot(
                    () -> output.schema().events(),
                    (ring, packet, _) -> trace.append(ring.cpu(), ring.kind().code(), packet));
            ConsumerStatistics statistics = snapshot.take();
            // Events that became known meanwhile, and a clock that fits a little better.
            trace.replaceMetadata(output.schemaNow());
            return statistics;
        }
    }

    /** Sees to it that triggers which are traps have left their marks. */
    void lookAtTraps() throws IOException {
        consumer.keepSources();
    }

    /** Makes the next numbered one in the recording's folder. */
    synchronized TracePart takeNumbered(String cause) throws IOException {
        Path directory = TraceOutput.numbered(output.path(), numbered.size() + 1);
        TracePart part = new TracePart(directory, take(directory).events(), cause);
        numbered.add(part);
        return part;
    }

    /** The numbered ones so far. */
    synchronized List<TracePart> numbered() {
        return List.copyOf(numbered);
    }
}
