package io.trapless.tracer.trap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A uprobe as tracefs knows it ({@code Documentation/trace/uprobetracer.rst}): a name, a file and an offset, and an id by which perf events mean it. It sets no breakpoint by itself. A definition
 * outlives a tracer that is killed; the next one takes it away.
 *
 * <p>Not the kernel's shorter way, a perf event of type "uprobe" with the file's path in it: when a thread that has one makes another, the kernel reads the path again, from the memory of the thread, and the
 * new thread can't be made.
 */
final class UprobeDefinition implements AutoCloseable {
    private static final List<Path> PLACES =
            List.of(Path.of("/sys/kernel/tracing"), Path.of("/sys/kernel/debug/tracing"));
    private static final String PREFIX = "trapless_";
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Path tracefs;
    private final String name;
    private final long id;

    private UprobeDefinition(Path tracefs, String name, long id) {
        this.tracefs = tracefs;
        this.name = name;
        this.id = id;
    }

    /** Where tracefs is mounted, if this user may define uprobes; else null. */
    static @Nullable Path tracefs() {
        return PLACES.stream()
                .filter(place -> Files.isWritable(place.resolve("uprobe_events")))
                .findFirst()
                .orElse(null);
    }

    /**
     * Defines one.
     *
     * @param file no white space in it
     * @param counterOffset of a counter in the file that the kernel raises while the uprobe is set; 0 if there is none
     * @throws IOException the kernel refuses it
     */
    static UprobeDefinition define(Path tracefs, String file, long fileOffset, long counterOffset) throws IOException {
        String name = PREFIX + ProcessHandle.current().pid() + "/p" + NUMBERS.getAndIncrement();
        String counter = counterOffset == 0 ? "" : "(0x" + Long.toHexString(counterOffset) + ")";
        append(tracefs, "p:" + name + " " + file + ":0x" + Long.toHexString(fileOffset) + counter + "\n");
        try {
            String id =
                    Files.readString(tracefs.resolve("events").resolve(name).resolve("id"), StandardCharsets.US_ASCII);
            return new UprobeDefinition(tracefs, name, Long.parseLong(id.strip()));
        } catch (IOException | NumberFormatException e) {
            append(tracefs, "-:" + name + "\n");
            throw new IOException("tracefs tells no id of a uprobe", e);
        }
    }

    /** Takes away what tracers that were killed have left. What can't be taken away does no harm. */
    static void sweep(Path tracefs) {
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(tracefs.resolve("events"), PREFIX + "*")) {
            for (Path group : groups) {
                String pid = group.getFileName().toString().substring(PREFIX.length());
                if (pid.matches("[0-9]{1,10}") && !Files.exists(Path.of("/proc", pid))) {
                    sweepGroup(tracefs, group);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // not to be seen, or just taken away by another
        }
    }

    private static void sweepGroup(Path tracefs, Path group) throws IOException {
        try (DirectoryStream<Path> events = Files.newDirectoryStream(group, "p*")) {
            for (Path event : events) {
                append(tracefs, "-:" + group.getFileName() + "/" + event.getFileName() + "\n");
            }
        }
    }

    private static void append(Path tracefs, String line) throws IOException {
        Files.writeString(tracefs.resolve("uprobe_events"), line, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    /** What perf events of type tracepoint mean it by. */
    long id() {
        return id;
    }

    /** Takes it away; no perf event may mean it any more. */
    @Override
    public void close() {
        try {
            append(tracefs, "-:" + name + "\n");
        } catch (IOException e) {
            return; // a definition without breakpoints does no harm, and the next tracer sweeps
        }
    }
}
