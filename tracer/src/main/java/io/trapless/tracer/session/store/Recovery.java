package io.trapless.tracer.session.store;

import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.ctf.TraceDirectory;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.RingSnapshot;
import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Makes a trace of what the rings of a session hold after its tracer has died: the newest events of each CPU, up to the rings' size. What the dead tracer had written to its own trace before is
 * there as well, as far as it is still in the rings.
 */
public final class Recovery {
    /** A frequency measured over less than this is no better than the one known from the beginning. */
    private static final long MIN_CALIBRATION_NANOS = TimeUnit.SECONDS.toNanos(1);

    private Recovery() {}

    /**
     * Writes the trace. The session stays as it is.
     *
     * @param output directory of the trace; must not exist or be empty
     * @param now both clocks now, of the same boot
     * @param tscCycles reads the time stamp counter
     * @throws IOException it cannot be done; the message is one sentence for the user
     */
    public static ConsumerStatistics recover(
            SessionDirectory directory, Path output, TscCalibration.Sample now, LongSupplier tscCycles)
            throws IOException {
        SessionProperties properties = SessionProperties.read(directory);
        if (properties.tracer().isAlive()) {
            throw new StoreException(
                    Reason.STILL_LIVE,
                    "session " + directory.name() + " is being recorded by process "
                            + properties.tracer().pid() + "; end that first");
        }
        EventTable table = EventTable.read(directory);
        TraceSchema schema =
                new TraceSchema(properties.uuid(), clock(properties, now), table.environment(), table.events());
        try (SessionFile rings =
                        SessionFile.openForRecovery(directory.rings(), properties.geometry(), properties.uuid());
                TraceDirectory trace = TraceDirectory.create(output, schema)) {
            RingSnapshot snapshot = new RingSnapshot(
                    rings,
                    new PacketScanner(table.events()),
                    (ring, packet, records) ->
                            trace.append(ring.cpu(), ring.kind().code(), packet),
                    tscCycles,
                    properties.beginCycles());
            return snapshot.take();
        }
    }

    private static TraceClock clock(SessionProperties properties, TscCalibration.Sample now) throws StoreException {
        TscCalibration.Sample then = properties.calibration();
        try {
            boolean longEnough =
                    now.tsc() > then.tsc() && now.realtimeNanos() - then.realtimeNanos() >= MIN_CALIBRATION_NANOS;
            return longEnough ? TscCalibration.between(then, now) : TscCalibration.at(then, properties.frequencyHz());
        } catch (IllegalArgumentException e) {
            throw new StoreException(Reason.DAMAGED, "the clock of the session cannot be right: " + e.getMessage(), e);
        }
    }
}
