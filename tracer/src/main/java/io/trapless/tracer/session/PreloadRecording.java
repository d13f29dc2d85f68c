package io.trapless.tracer.session;

import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.ctf.TraceDirectory;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.RingConsumer;
import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.RecordingSummary.SiteResult;
import io.trapless.tracer.session.store.EventTable;
import io.trapless.tracer.session.store.PreloadMark;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Consumes a session whose processes arm themselves, into a trace, while they run; their probes are on before, during and after it. It begins with what the rings hold. The session stays: another recording
 * goes on from the sub-buffer of each ring in which this one ended. One thread drives it.
 */
public final class PreloadRecording {
    /** A clock measured over less is worse than the frequency that is known from the beginning. */
    private static final long SHORTEST_CALIBRATION_NANOS = 100_000_000;

    private final SessionDirectory directory;
    private final SessionProperties properties;
    private final EventTable table;
    private final PreloadMark.Lock lock;
    private final SessionFile file;
    private final TraceDirectory trace;
    private final RingConsumer consumer;
    private final CountDownLatch ended = new CountDownLatch(1);

    private PreloadRecording(
            SessionDirectory directory,
            SessionProperties properties,
            EventTable table,
            PreloadMark.Lock lock,
            SessionFile file,
            TraceDirectory trace,
            long maxEvents)
            throws IOException {
        this.directory = directory;
        this.properties = properties;
        this.table = table;
        this.lock = lock;
        this.file = file;
        this.trace = trace;
        this.consumer = new RingConsumer(
                file,
                new PacketScanner(table.events()),
                (ring, packet, _) -> trace.append(ring.cpu(), ring.kind().code(), packet),
                TimeStampCounter::read,
                properties.beginCycles(),
                maxEvents,
                new Ending());
    }

    /**
     * Begins.
     *
     * @param output folder of the trace; must not exist, or be empty
     * @param maxEvents events after which to stop, or {@code Long.MAX_VALUE}
     * @throws RecordingException the session is of another kind or somebody else's at present, or the trace can't be written
     */
    public static PreloadRecording start(SessionDirectory directory, Path output, long maxEvents)
            throws RecordingException {
        try {
            if (PreloadMark.read(directory) == null) {
                throw RecordingException.failed("session " + directory.name()
                        + " was not made by 'trapless preload'; 'trapless sessions' tells what can be done with it");
            }
            PreloadMark.Lock lock = PreloadMark.lock(directory);
            if (lock == null) {
                throw RecordingException.failed("session " + directory.name() + " is being recorded by process "
                        + SessionProperties.read(directory).tracer().pid() + "; end that first");
            }
            return start(directory, output, maxEvents, lock);
        } catch (IOException e) {
            throw RecordingException.failed(Sentences.of(e));
        }
    }

    private static PreloadRecording start(
            SessionDirectory directory, Path output, long maxEvents, PreloadMark.Lock lock) throws IOException {
        SessionFile file = null;
        TraceDirectory trace = null;
        boolean started = false;
        try {
            SessionProperties properties = SessionProperties.read(directory);
            EventTable table = EventTable.read(directory);
            file = SessionFile.openForConsumer(directory.rings(), properties.geometry(), properties.uuid());
            TraceSchema schema = new TraceSchema(
                    properties.uuid(),
                    TscCalibration.at(properties.calibration(), properties.frequencyHz()),
                    table.environment(),
                    table.events());
            trace = TraceDirectory.create(output, schema);
            file.beat(TimeStampCounter.read()); // whoever reads that this session is being recorded counts on it
            properties.recordedBy(ProcessKey.ofSelf(), output.toAbsolutePath()).write(directory);
            PreloadRecording recording =
                    new PreloadRecording(directory, properties, table, lock, file, trace, maxEvents);
            recording.consumer.resume();
            recording.consumer.start();
            started = true;
            return recording;
        } finally {
            if (!started) {
                if (trace != null) {
                    trace.close();
                    TraceRemoval.removeEmpty(trace.path());
                }
                if (file != null) {
                    file.beat(0);
                    file.close();
                }
                lock.close();
            }
        }
    }

    /** Waits for the end: the number of events is reached, or the trace can't be written any more. True then, false after the time. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        return ended.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Events, loss and bytes so far. */
    public ConsumerStatistics statistics() {
        return consumer.statistics();
    }

    /** What the session records. */
    public int eventCount() {
        return table.events().size();
    }

    /**
     * Takes what is in the rings now, and closes the trace.
     *
     * @throws RecordingException the trace could not be written to its end; what is there is valid
     */
    public RecordingSummary finish() throws RecordingException, InterruptedException {
        try {
            IOException broken = null;
            ConsumerStatistics statistics;
            try {
                statistics = consumer.finish();
            } catch (IOException e) {
                broken = e;
                statistics = consumer.statistics();
            }
            closeTrace();
            properties.write(directory);
            RecordingSummary summary = summary(statistics);
            if (broken != null) {
                throw RecordingException.failed(Sentences.of(broken) + "; the trace " + trace.path() + " holds the "
                        + statistics.events() + " events until then");
            }
            return summary;
        } catch (IOException e) {
            throw RecordingException.failed(Sentences.of(e));
        } finally {
            release();
        }
    }

    private void closeTrace() throws IOException {
        TscCalibration.Sample begin = properties.calibration();
        TscCalibration.Sample end = SessionResources.sampleClock();
        if (end.realtimeNanos() - begin.realtimeNanos() >= SHORTEST_CALIBRATION_NANOS) {
            trace.replaceMetadata(new TraceSchema(
                    properties.uuid(), TscCalibration.between(begin, end), table.environment(), table.events()));
        }
        trace.close();
    }

    private RecordingSummary summary(ConsumerStatistics statistics) throws IOException {
        List<SiteResult> sites = new ArrayList<>();
        for (EventType event : table.events()) {
            sites.add(new SiteResult(
                    event.name(), event.pid(), 0, "jump", consumer.eventsOf(event.id()), consumer.lostOf(event.id())));
        }
        List<String> notices = new ArrayList<>();
        Notices.addTo(notices, statistics);
        return new RecordingSummary(
                statistics.events(),
                statistics.lost(),
                statistics.bytes(),
                trace.path(),
                0,
                0,
                0,
                0,
                sites,
                List.of(),
                List.of(),
                List.of(),
                notices);
    }

    private void release() {
        consumer.close();
        try (lock) {
            file.close();
        } catch (IOException e) {
            return; // the trace is closed, which is what counts
        }
    }

    /** What the consumer says about the end. */
    private final class Ending implements RingConsumer.Listener {
        @Override
        public void limitReached() {
            ended.countDown();
        }

        @Override
        public void failed(IOException cause) {
            ended.countDown();
        }
    }
}
