package io.trapless.trace.ctf;

import io.trapless.trace.ctf.TraceException.Reason;
import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.event.TracedThread;
import io.trapless.trace.merge.TimeMerge;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a CTF 1.8 trace whose types are of the kinds that Trapless writes, as one sequence of events in time order.
 *
 * <p>No byte of the files is trusted. A stream that is damaged is read up to the damage; the others are read to their ends, and then {@link #next} says what was wrong. For one thread.
 */
public final class TraceReader implements AutoCloseable {
    private static final int PACKETIZED_METADATA_MAGIC = 0x75D11D57;
    private static final int MAX_METADATA_SIZE = 512 << 20;

    private final TraceLayout layout;
    private final Arena arena = Arena.ofConfined();
    private final List<StreamReader> streams = new ArrayList<>();
    private final Map<Integer, TracedThread> threads;
    private final EventRecord event = new EventRecord();
    private TimeMerge merge = new TimeMerge(0);
    private Consumer<Loss> lossListener = _ -> {};
    private boolean started;

    /** The stream whose event is shown, or -1. */
    private int current = -1;

    private TraceReader(TraceLayout layout, Map<Integer, TracedThread> threads) {
        this.layout = layout;
        this.threads = threads;
    }

    /**
     * Opens a trace; reads its metadata, and maps its streams.
     *
     * @param directory with a file {@code metadata}
     */
    public static TraceReader open(Path directory) throws TraceException {
        TraceReader reader = null;
        try {
            TraceLayout layout = TraceLayout.of(TsdlParser.parse(metadata(directory)));
            reader = new TraceReader(layout, readThreads(directory));
            reader.mapStreams(directory);
            return reader;
        } catch (IOException | UncheckedIOException e) {
            if (reader != null) {
                reader.close();
            }
            if (e instanceof TraceException problem) {
                throw problem;
            }
            throw new TraceException(Reason.IO, "Cannot read the trace " + directory + ": " + e.getMessage() + ".", e);
        }
    }

    public TraceSchema schema() {
        return layout.schema();
    }

    /** Who is to be told of lost events; to be set before the first {@link #next}. */
    public void onLoss(Consumer<Loss> listener) {
        lossListener = listener;
    }

    /** The threads that were recorded beside the events, by tid; often empty. */
    public Map<Integer, TracedThread> threads() {
        return threads;
    }

    /** The current event; the same object after every {@link #next}. */
    public EventRecord event() {
        return event;
    }

    /**
     * Moves to the next event in time.
     *
     * @return false at the end
     * @throws TraceException at the end, if a stream was damaged
     */
    public boolean next() throws TraceException {
        try {
            if (!started) {
                start();
            } else if (current >= 0) {
                move(current);
            }
            current = merge.first();
            if (current >= 0) {
                show(streams.get(current));
                return true;
            }
        } catch (InternalError e) {
            // How the JVM reports that a mapped file became shorter.
            throw new TraceException(Reason.DAMAGED, "The trace was cut short while it was read; read it again.", e);
        }
        for (StreamReader stream : streams) {
            TraceException damage = stream.damage();
            if (damage != null) {
                throw damage;
            }
        }
        return false;
    }

    @Override
    public void close() {
        arena.close();
    }

    private void start() {
        started = true;
        merge = new TimeMerge(streams.size());
        for (int i = 0; i < streams.size(); i++) {
            move(i);
        }
    }

    private void move(int index) {
        StreamReader stream = streams.get(index);
        merge.set(index, stream.advance() ? Math.min(stream.tsc(), TimeMerge.EXHAUSTED - 1) : TimeMerge.EXHAUSTED);
    }

    private void show(StreamReader stream) {
        stream.show(event);
        if (event.pid() == EventType.NO_PID) {
            TracedThread thread = threads.get(event.tid());
            if (thread != null) {
                event.setPid(thread.pid());
            } else if (stream.recordsPids()) {
                event.setPid(event.tid()); // a fork leaves one thread, whose id is the process's
            }
        }
    }

    private void mapStreams(Path directory) throws IOException {
        List<Path> files;
        try (Stream<Path> content = Files.list(directory)) {
            files = content.filter(TraceReader::isStream).sorted().toList();
        }
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file)) {
                MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
                streams.add(new StreamReader(
                        String.valueOf(file.getFileName()), mapped, layout, loss -> lossListener.accept(loss)));
            }
        }
    }

    private static boolean isStream(Path file) {
        String name = String.valueOf(file.getFileName());
        return !name.startsWith(".") && !name.equals("metadata") && Files.isRegularFile(file);
    }

    private static String metadata(Path directory) throws IOException, TraceException {
        Path file = directory.resolve("metadata");
        byte[] bytes;
        try {
            if (Files.size(file) > MAX_METADATA_SIZE) {
                throw TraceException.unsupported("more than 512 MiB of metadata");
            }
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TraceException(
                    Reason.NOT_A_TRACE, directory + " is no CTF trace: it has no file 'metadata' in it.", e);
        }
        if (bytes.length >= Integer.BYTES
                && ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt() == PACKETIZED_METADATA_MAGIC) {
            throw TraceException.unsupported("metadata in packets");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new TraceException(Reason.DAMAGED, "The trace's metadata is damaged: it is not UTF-8 text.", e);
        }
    }

    /** The hidden table of threads; lines that make no sense are passed over. */
    private static Map<Integer, TracedThread> readThreads(Path directory) throws IOException {
        Path file = directory.resolve(TraceDirectory.THREADS);
        Map<Integer, TracedThread> threads = new HashMap<>();
        if (Files.isRegularFile(file)) {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n", -1)) {
                TracedThread thread = thread(line);
                if (thread != null) {
                    threads.put(thread.tid(), thread);
                }
            }
        }
        return threads;
    }

    private static @Nullable TracedThread thread(String line) {
        String[] parts = line.split(" ", 3);
        try {
            return parts.length < 3
                    ? null
                    : new TracedThread(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), parts[2]);
        } catch (NumberFormatException _) {
            return null;
        }
    }
}
