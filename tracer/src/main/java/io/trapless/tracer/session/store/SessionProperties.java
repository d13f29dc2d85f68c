package io.trapless.tracer.session.store;

import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.ring.RecordingMode;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What must be known of a session to finish it without its tracer: {@code session.properties}.
 *
 * @param tracer the process that records
 * @param created when it began
 * @param beginCycles TSC when the ring file was made
 * @param calibration both clocks when it began
 * @param frequencyHz TSC cycles a second, as known when it began
 * @param output where the tracer writes its trace, or null: nowhere
 * @param targets traced processes
 */
public record SessionProperties(
        ProcessKey tracer,
        UUID uuid,
        Instant created,
        RingGeometry geometry,
        long beginCycles,
        TscCalibration.Sample calibration,
        long frequencyHz,
        @Nullable Path output,
        List<Target> targets) {
    private static final String FORMAT = "1";
    private static final int MAX_TARGETS = 1_000_000;

    /**
     * A traced process.
     *
     * @param executable path, as /proc/PID/exe has it
     * @param command its arguments, the first is its name
     */
    public record Target(ProcessKey process, String executable, List<String> command) {
        public Target {
            command = List.copyOf(command);
        }
    }

    public SessionProperties {
        targets = List.copyOf(targets);
    }

    /** The same session, recorded by another process into a trace of its own. */
    public SessionProperties recordedBy(ProcessKey newTracer, Path newOutput) {
        return new SessionProperties(
                newTracer, uuid, created, geometry, beginCycles, calibration, frequencyHz, newOutput, targets);
    }

    /** The same session with other targets. */
    public SessionProperties withTargets(List<Target> newTargets) {
        return new SessionProperties(
                tracer, uuid, created, geometry, beginCycles, calibration, frequencyHz, output, newTargets);
    }

    /** Writes them, replacing older ones in one step. */
    public void write(SessionDirectory directory) throws StoreException {
        StringBuilder text = new StringBuilder("# A trapless session; private to the tracer.\n");
        put(text, "format", FORMAT);
        putProcess(text, "tracer", tracer);
        put(text, "uuid", uuid.toString());
        put(text, "created", created.toString());
        put(text, "rings.cpus", Integer.toString(geometry.cpuCount()));
        put(text, "rings.capacityBytes", Long.toString(geometry.capacityBytes()));
        put(text, "rings.mode", geometry.mode().name());
        put(text, "tables.mirrorBytes", Long.toString(geometry.mirrorBytes()));
        put(text, "tables.strideBytes", Long.toString(geometry.tableStrideBytes()));
        put(text, "clock.beginCycles", Long.toString(beginCycles));
        put(text, "clock.sampleCycles", Long.toString(calibration.tsc()));
        put(text, "clock.sampleNanos", Long.toString(calibration.realtimeNanos()));
        put(text, "clock.frequencyHz", Long.toString(frequencyHz));
        if (output != null) {
            put(text, "output", output.toString());
        }
        put(text, "targets", Integer.toString(targets.size()));
        for (int i = 0; i < targets.size(); i++) {
            Target target = targets.get(i);
            putProcess(text, "target." + i, target.process());
            put(text, "target." + i + ".executable", target.executable());
            put(text, "target." + i + ".command", String.join("\0", target.command()));
        }
        directory.replace(SessionDirectory.PROPERTIES, text.toString().getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads those of a session. */
    public static SessionProperties read(SessionDirectory directory) throws StoreException {
        byte[] bytes = directory.read(SessionDirectory.PROPERTIES);
        try {
            Properties properties = new Properties();
            properties.load(new StringReader(new String(bytes, StandardCharsets.US_ASCII)));
            return parse(properties);
        } catch (IOException | RuntimeException e) {
            // Whatever a damaged value makes of a parser.
            throw new StoreException(
                    Reason.DAMAGED,
                    "the properties of session " + directory.name() + " are damaged (" + e.getMessage()
                            + "); nothing can be recovered from it",
                    e);
        }
    }

    private static SessionProperties parse(Properties p) {
        if (!FORMAT.equals(p.getProperty("format"))) {
            throw new IllegalArgumentException("format " + p.getProperty("format"));
        }
        int count = Integer.parseInt(get(p, "targets"));
        if (count < 0 || count > MAX_TARGETS) {
            throw new IllegalArgumentException(count + " targets");
        }
        List<Target> targets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = "target." + i;
            targets.add(new Target(
                    process(p, key),
                    get(p, key + ".executable"),
                    List.of(get(p, key + ".command").split("\0", -1))));
        }
        String output = p.getProperty("output");
        return new SessionProperties(
                process(p, "tracer"),
                UUID.fromString(get(p, "uuid")),
                Instant.parse(get(p, "created")),
                new RingGeometry(
                        Integer.parseInt(get(p, "rings.cpus")),
                        number(p, "rings.capacityBytes"),
                        RecordingMode.valueOf(get(p, "rings.mode")),
                        number(p, "tables.mirrorBytes"),
                        number(p, "tables.strideBytes")),
                number(p, "clock.beginCycles"),
                new TscCalibration.Sample(number(p, "clock.sampleCycles"), number(p, "clock.sampleNanos")),
                number(p, "clock.frequencyHz"),
                output == null ? null : Path.of(output),
                targets);
    }

    private static String get(Properties properties, String key) {
        String value = properties.getProperty(key);
        if (value == null) {
            throw new IllegalArgumentException("no " + key);
        }
        return value;
    }

    private static long number(Properties properties, String key) {
        return Long.parseLong(get(properties, key));
    }

    private static ProcessKey process(Properties properties, String key) {
        return new ProcessKey(Integer.parseInt(get(properties, key + ".pid")), number(properties, key + ".startTime"));
    }

    private static void putProcess(StringBuilder text, String key, ProcessKey process) {
        put(text, key + ".pid", Integer.toString(process.pid()));
        put(text, key + ".startTime", Long.toString(process.startTime()));
    }

    /** As java.util.Properties reads it; every character that could mean something else is escaped. */
    private static void put(StringBuilder text, String key, String value) {
        text.append(key).append('=');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean plain = c > ' ' && c < 127 && c != '\\';
            if (plain) {
                text.append(c);
            } else {
                text.append("\\u").append(String.format(java.util.Locale.ROOT, "%04x", (int) c));
            }
        }
        text.append('\n');
    }
}
