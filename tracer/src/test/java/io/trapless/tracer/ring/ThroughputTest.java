package io.trapless.tracer.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.trace.ctf.TraceDirectory;
import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** 10 million events a second of one CPU to a trace on tmpfs take well under half a core and lose nothing at 64 MiB. */
@Tag("long")
class ThroughputTest {
    private static final long EVENTS = 60_000_000;
    private static final long NANOS_PER_BATCH = 100_000;
    private static final int BATCH = 1_000;

    @Test
    void tenMillionEventsASecond() throws Exception {
        Path folder = Files.createTempDirectory(Path.of("/dev/shm"), "trapless-test-");
        try {
            run(folder);
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void run(Path folder) throws Exception {
        RingGeometry geometry = RingGeometry.withCapacity(1, 64 << 20, RecordingMode.DISCARD);
        List<EventType> events = List.of(
                new EventType(TestRecords.PLAIN, "plain", 1, List.of(FieldType.integer("seq", 8, false)), false));
        TraceSchema schema = new TraceSchema(
                TestRing.SESSION,
                new TraceClock(1_000_000_000, 0, 0),
                Environment.builder().build(),
                events);
        AtomicLong cpuNanos = new AtomicLong();
        try (SessionFile file = SessionFile.create(
                        folder.resolve("rings"), geometry, TestRing.SESSION, new Reservation(1, true, false, true), 0);
                TraceDirectory trace = TraceDirectory.create(folder.resolve("trace"), schema)) {
            PacketSink sink = (ring, packet, count) -> {
                trace.append(ring.cpu(), ring.kind().code(), packet);
                cpuNanos.set(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime());
            };
            try (RingConsumer consumer = new RingConsumer(
                    file,
                    new io.trapless.trace.ctf.PacketScanner(events),
                    sink,
                    System::nanoTime,
                    0,
                    RingConsumer.UNLIMITED,
                    new IgnoringListener())) {
                MappedWriters.Single writer =
                        new MappedWriters.Single(MappedWriters.mapRing(file, new RingId(RingKind.RSEQ, 0)), geometry);
                consumer.start();
                long start = System.nanoTime();
                for (long i = 0; i < EVENTS; i += BATCH) {
                    while (System.nanoTime() - start < i / BATCH * NANOS_PER_BATCH) {
                        Thread.onSpinWait();
                    }
                    long now = System.nanoTime();
                    for (int j = 0; j < BATCH; j++) {
                        writer.write(i + j, now);
                    }
                }
                double seconds = (System.nanoTime() - start) / 1e9;
                ConsumerStatistics statistics = consumer.finish();
                double nanosPerEvent = (double) cpuNanos.get() / statistics.events();
                System.out.printf(
                        "%.1f M events/s, consumer %.2f ns of CPU an event, %.1f %% of a core, lost %d%n",
                        EVENTS / seconds / 1e6, nanosPerEvent, cpuNanos.get() / seconds / 1e7, statistics.lost());
                assertThat(statistics.events() + statistics.lost()).isEqualTo(EVENTS);
                assertThat(nanosPerEvent).isLessThan(50);
            }
        }
    }

    private static final class IgnoringListener implements RingConsumer.Listener {
        @Override
        public void limitReached() {}

        @Override
        public void failed(IOException failure) {}
    }
}
