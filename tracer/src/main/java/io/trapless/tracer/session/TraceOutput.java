package io.trapless.tracer.session;

import io.trapless.trace.ctf.TraceDirectory;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.ring.PacketSink;
import io.trapless.tracer.ring.RingId;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a recording's packets go: one trace; or one trace after another, {@code 0001}, {@code 0002} and so on in the recording's folder; or, if only snapshots are to be kept, nowhere.
 *
 * <p>Packets come on the consumer's thread, and a trace is followed by the next between two packets: no packet is in two traces, and none in neither. Any thread may call the other methods.
 */
final class TraceOutput implements PacketSink, AutoCloseable {
    /** A clock measured over less is worse than the frequency that is known from the beginning. */
    private static final long SHORTEST_CALIBRATION_NANOS = 100_000_000;

    private final Path path;
    private final Rotation rotation;
    private final TscCalibration.Sample begin;
    private final List<TracePart> parts = new ArrayList<>();
    private final Supplier<TraceSchema> schema;
    private @Nullable TraceDirectory current;
    private long events;
    private boolean closed;

    private TraceOutput(Path path, Rotation rotation, TscCalibration.Sample begin, Supplier<TraceSchema> schema) {
        this.path = path;
        this.rotation = rotation;
        this.begin = begin;
        this.schema = schema;
    }

    /**
     * Makes the first trace.
     *
     * @param path folder of the recording; must not exist, or be empty; or {@link RecordingRequest#NOWHERE}
     * @param begin both clocks, by which the schema's was found
     */
    static TraceOutput create(
            Path path, RecordingOptions options, TscCalibration.Sample begin, Supplier<TraceSchema> schema)
            throws TraceException {
        TraceOutput output = new TraceOutput(path, options.rotation(), begin, schema);
        if (path.equals(RecordingRequest.NOWHERE)) {
            return output;
        }
        if (options.hasNumberedTraces()) {
            TraceDirectory.makeEmpty(path);
        }
        if (options.snapshotOn().isEmpty()) {
            output.open();
        }
        return output;
    }

    /** The folder of the {@code number}-th trace, from 1. */
    static Path numbered(Path folder, int number) {
        return folder.resolve(String.format(Locale.ROOT, "%04d", number));
    }

    private void open() throws TraceException {
        events = 0;
        current = TraceDirectory.create(rotation.isAny() ? numbered(path, parts.size() + 1) : path, schema.get());
    }

    @Override
    public synchronized void accept(RingId ring, MemorySegment packet, long records) throws TraceException {
        TraceDirectory trace = current;
        if (trace == null) {
            return;
        }
        if (trace.bytesWritten() > 0 && trace.bytesWritten() + packet.byteSize() > rotation.sizeBytes()) {
            trace = next();
        }
        trace.append(ring.cpu(), ring.kind().code(), packet);
        events += records;
    }

    /** Begins the next trace, if there is anything in this one. To be called between two packets, by the consumer. */
    synchronized void rotate() throws TraceException {
        if (!closed && current != null && current.bytesWritten() > 0) {
            next();
        }
    }

    private TraceDirectory next() throws TraceException {
        TraceDirectory last = current;
        if (last == null) {
            throw new IllegalStateException("no trace is open");
        }
        finish(last);
        parts.add(new TracePart(last.path(), events, ""));
        open();
        return current();
    }

    private TraceDirectory current() {
        TraceDirectory trace = current;
        if (trace == null) {
            throw new IllegalStateException("no trace is open");
        }
        return trace;
    }

    /** Makes events known that sites found later can record; to be called before the first of them is switched on. */
    synchronized void refreshSchema() throws TraceException {
        if (!closed && current != null) {
            current.replaceMetadata(schema.get());
        }
    }

    /** What is known now of the events. */
    TraceSchema schema() {
        return schema.get();
    }

    /** What is known now of the events, with a clock that fits best what has passed. */
    TraceSchema schemaNow() {
        TraceClock clock = clockNow();
        return clock == null ? schema.get() : schema.get().withClock(clock);
    }

    private @Nullable TraceClock clockNow() {
        TscCalibration.Sample now = SessionResources.sampleClock();
        return now.realtimeNanos() - begin.realtimeNanos() >= SHORTEST_CALIBRATION_NANOS
                ? TscCalibration.between(begin, now)
                : null;
    }

    private void finish(TraceDirectory trace) throws TraceException {
        trace.replaceMetadata(schemaNow());
        trace.close();
    }

    /** Writes the final clock and closes the trace; all packets have been appended. */
    @Override
    public synchronized void close() throws IOException {
        TraceDirectory last = current;
        if (closed || last == null) {
            closed = true;
            return;
        }
        closed = true;
        boolean isNeeded = parts.isEmpty() || last.bytesWritten() > 0;
        finish(last);
        if (rotation.isAny() && isNeeded) {
            parts.add(new TracePart(last.path(), events, ""));
        } else if (rotation.isAny()) {
            TraceRemoval.removeEmpty(last.path());
        }
    }

    /** Closes it; what is empty goes. */
    synchronized void abandon() throws IOException {
        closed = true;
        if (current != null) {
            current.close();
            TraceRemoval.removeEmpty(current.path());
        }
        TraceRemoval.removeEmpty(path);
    }

    /** The folder of the recording. */
    Path path() {
        return path;
    }

    /** The traces of a rotation, those that are closed. */
    synchronized List<TracePart> parts() {
        return List.copyOf(parts);
    }
}
