package io.trapless.tracer.trap;

import io.trapless.language.slice.CaptureProgram;
import io.trapless.layout.RecordDescriptor;
import io.trapless.tracer.linux.Errno;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.ring.Cpus;
import io.trapless.tracer.ring.EventSource;
import io.trapless.tracer.trampoline.ArgumentLocation;
import io.trapless.tracer.trampoline.SiteProbe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The traps of a session, and the source of their records. A trap is one event of the kernel for each thread of the process on each CPU, all of a CPU writing to one ring; threads that are made later
 * inherit it, forked processes and other programs (exec) do not. When the tracer ends, however, the kernel takes all of them out.
 *
 * <p>Setting and switching: any thread, one call at a time. Polling: the consumer's thread.
 */
public final class Traps implements EventSource, AutoCloseable {
    private static final Pattern WHITE_SPACE = Pattern.compile("\\s");
    private static final int RECORD_LOST = 2;
    private static final int RECORD_SAMPLE = 9;
    private static final int HEADER_SIZE = 8;
    private static final int MAX_RECORD_SIZE = 4096;

    private final Path tracefs;
    private final int cpus;
    private final RawClock clock;
    private final IntConsumer fired;
    private final List<UprobeDefinition> definitions = new ArrayList<>();
    private final List<CpuRing> rings = new ArrayList<>();
    private final Map<Long, Armed> byId = new HashMap<>();
    private final Map<Integer, List<Armed>> byEvent = new HashMap<>();
    private final RegisterCaptures captures = new RegisterCaptures();
    private final MemorySegment record = Arena.ofAuto().allocate(MAX_RECORD_SIZE, 8);

    /** One event of the kernel; {@code tids} says what a thread is called in its own pid namespace. */
    private static final class Armed {
        final TrapProbe probe;
        final int fd;
        final int cpu;
        final IntUnaryOperator tids;
        long lostTold;

        Armed(TrapProbe probe, int fd, int cpu, IntUnaryOperator tids) {
            this.probe = probe;
            this.fd = fd;
            this.cpu = cpu;
            this.tids = tids;
        }
    }

    private record CpuRing(int cpu, int fd, PerfRing ring) {}

    private Traps(Path tracefs, int cpus, long cyclesPerSecond, IntConsumer fired) {
        this.tracefs = tracefs;
        this.cpus = cpus;
        this.clock = new RawClock(cyclesPerSecond);
        this.fired = fired;
    }

    /** Why this machine and this user have no traps at all; null if they have. */
    public static @Nullable TrapRefusal unavailable() {
        return UprobeDefinition.tracefs() != null
                ? null
                : new TrapRefusal("the kernel has no uprobes, or does not permit them to this user; run as root");
    }

    /**
     * Why a trap can't record what a probe wants; null if it can.
     *
     * @param arguments as in {@link TrapProbe}
     */
    public static @Nullable TrapRefusal refusal(CaptureProgram program, List<ArgumentLocation> arguments) {
        String refusal = RegisterCaptures.refusal(program, arguments);
        if (refusal == null && program.maxFieldBytes() > MAX_RECORD_SIZE - RecordDescriptor.HEADER_SIZE) {
            refusal = "its record is longer than 4 KiB";
        }
        return refusal == null ? null : new TrapRefusal(refusal);
    }

    /**
     * @param cyclesPerSecond of the TSC, about
     * @param fired told of the slot of a trigger when one of its records is handed over
     */
    public static Traps create(long cyclesPerSecond, IntConsumer fired) throws IOException {
        Path tracefs = UprobeDefinition.tracefs();
        if (tracefs == null) {
            throw new IOException("the kernel's uprobes are not permitted any more; leave out --trap");
        }
        UprobeDefinition.sweep(tracefs);
        return new Traps(tracefs, Cpus.onlineEnd(), cyclesPerSecond, fired);
    }

    /**
     * Sets a trap in a process all of whose threads stand still: one that was made meanwhile would have no trap, or, if its maker had one already, two. It records as soon as it is
     * {@link #setEnabled switched on}.
     *
     * @param threads the ids of the process's threads
     * @param tids what a thread is called in its own pid namespace
     * @return why it could not be set; null if it is
     */
    public synchronized @Nullable TrapRefusal set(TrapProbe probe, int[] threads, IntUnaryOperator tids) {
        UprobeDefinition definition;
        try {
            if (WHITE_SPACE.matcher(probe.file()).find()) {
                return new TrapRefusal("tracefs takes no path with a blank in it");
            }
            definition = UprobeDefinition.define(tracefs, probe.file(), probe.fileOffset(), probe.counterOffset());
        } catch (IOException e) {
            return new TrapRefusal("the kernel refuses a uprobe there (" + e.getMessage() + ")");
        }
        definitions.add(definition);
        List<Armed> armed = new ArrayList<>();
        int error = open(probe, definition, threads, tids, armed);
        if (error != 0 || armed.isEmpty()) {
            armed.forEach(this::forget);
            return new TrapRefusal(sentence(error));
        }
        byEvent.computeIfAbsent(probe.eventId(), _ -> new ArrayList<>()).addAll(armed);
        return null;
    }

    private static String sentence(int error) {
        return switch (error) {
            case 0 -> "the process has ended";
            case Errno.EACCES, Errno.EPERM -> "the kernel does not permit a trap; run as root or with CAP_PERFMON";
            case Errno.EMFILE ->
                "a trap needs a descriptor for each thread on each CPU, which are more than 'ulimit -n' allows";
            default -> "the kernel refuses a trap there (" + Errno.describe(error) + ")";
        };
    }

    /** 0, or the error that ended it. */
    private int open(
            TrapProbe probe, UprobeDefinition definition, int[] threads, IntUnaryOperator tids, List<Armed> armed) {
        for (int tid : threads) {
            int error = openThread(probe, definition, tid, tids, armed);
            if (error != 0 && error != Errno.ESRCH) {
                return error;
            }
        }
        return 0;
    }

    private int openThread(
            TrapProbe probe, UprobeDefinition definition, int tid, IntUnaryOperator tids, List<Armed> armed) {
        for (int cpu = 0; cpu < cpus; cpu++) {
            long fd = PerfEvent.open(definition.id(), tid, cpu);
            if (fd == -Errno.ENODEV) {
                continue; // a CPU that is offline
            }
            if (fd < 0) {
                return (int) -fd;
            }
            int error = connect((int) fd, cpu);
            if (error != 0) {
                PerfEvent.close((int) fd);
                return error;
            }
            Armed event = new Armed(probe, (int) fd, cpu, tids);
            armed.add(event);
            byId.put(PerfEvent.id((int) fd), event);
        }
        return 0;
    }

    private int connect(int fd, int cpu) {
        for (CpuRing ring : rings) {
            if (ring.cpu == cpu) {
                return (int) -PerfEvent.redirect(fd, ring.fd);
            }
        }
        try {
            rings.add(new CpuRing(cpu, fd, PerfRing.of(fd)));
            return 0;
        } catch (LinuxException e) {
            return e.errno();
        }
    }

    private void forget(Armed event) {
        if (rings.stream().noneMatch(ring -> ring.fd == event.fd)) {
            byId.values().remove(event);
            PerfEvent.close(event.fd);
        }
    }

    /** Switches the trap of an event on or off; nothing happens if it has none. */
    public synchronized void setEnabled(int eventId, boolean enabled) {
        for (Armed event : byEvent.getOrDefault(eventId, List.of())) {
            PerfEvent.enable(event.fd, enabled);
        }
    }

    /** Switches all off. */
    public synchronized void disableAll() {
        byEvent.keySet().forEach(id -> setEnabled(id, false));
    }

    @Override
    public synchronized boolean poll(Output output) throws IOException {
        boolean any = false;
        for (CpuRing ring : rings) {
            Sink sink = new Sink(output);
            any |= ring.ring.poll(sink);
            sink.handOver();
        }
        return any;
    }

    @Override
    public synchronized void drain(Output output) throws IOException {
        poll(output);
        // Losses that no later sample could tell of.
        for (List<Armed> events : byEvent.values()) {
            for (Armed event : events) {
                long lost = PerfEvent.lost(event.fd);
                if (lost > event.lostTold) {
                    output.lost(event.cpu, event.probe.eventId(), lost - event.lostTold);
                    event.lostTold = lost;
                }
            }
        }
    }

    /** What one pass over a ring found: samples can be converted only when the clock has been read behind them. */
    private final class Sink implements PerfRing.Reader {
        private final Output output;
        private final List<MemorySegment> samples = new ArrayList<>();

        Sink(Output output) {
            this.output = output;
        }

        @Override
        public void read(int recordType, MemorySegment perfRecord) {
            if (recordType == RECORD_SAMPLE) {
                samples.add(MemorySegment.ofArray(perfRecord.toArray(ValueLayout.JAVA_BYTE)));
            } else if (recordType == RECORD_LOST) {
                Armed event = byId.get(perfRecord.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER_SIZE));
                long lost = perfRecord.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER_SIZE + 8);
                if (event != null) {
                    // The kernel's own count of the event has these too.
                    event.lostTold += lost;
                    output.lost(event.cpu, event.probe.eventId(), lost);
                }
            }
        }

        /** {@code u64 id; u32 pid, tid; u64 time; u32 cpu, reserved; u64 abi; u64 registers[]}: the fields of a sample in the order of perf_event_open(2). */
        void handOver() throws IOException {
            if (samples.isEmpty()) {
                return;
            }
            clock.update();
            for (MemorySegment sample : samples) {
                Armed event = byId.get(sample.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER_SIZE));
                long abi = sample.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER_SIZE + 32);
                if (event == null || abi == 0) {
                    continue; // of an event that is closed, or of a thread that has no user registers any more
                }
                int pid = sample.get(ValueLayout.JAVA_INT_UNALIGNED, HEADER_SIZE + 8);
                int tid = sample.get(ValueLayout.JAVA_INT_UNALIGNED, HEADER_SIZE + 12);
                long cycles = clock.cycles(sample.get(ValueLayout.JAVA_LONG_UNALIGNED, HEADER_SIZE + 16));
                int cpu = sample.get(ValueLayout.JAVA_INT_UNALIGNED, HEADER_SIZE + 24);
                captures.load(sample, HEADER_SIZE + 40, cpu, pid, event.tids.applyAsInt(tid));
                int size = captures.write(event.probe, cycles, record);
                if (size > 0) {
                    output.record(cpu, record.asSlice(0, size));
                    if (event.probe.trigger() != SiteProbe.NO_TRIGGER) {
                        fired.accept(event.probe.trigger());
                    }
                }
            }
        }
    }

    /** Takes all traps out. */
    @Override
    public synchronized void close() {
        byEvent.values().forEach(events -> events.forEach(event -> PerfEvent.close(event.fd)));
        byEvent.clear();
        byId.clear();
        for (CpuRing ring : rings) {
            ring.ring.close();
        }
        rings.clear();
        definitions.forEach(UprobeDefinition::close);
        definitions.clear();
    }
}
