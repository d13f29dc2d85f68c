package io.trapless.trace.view;

import io.trapless.trace.ctf.Loss;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.event.EventRecord;
import io.trapless.trace.pairing.EventPairing;
import io.trapless.trace.pairing.LeftFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints a trace, one event a line, in time order. */
public final class TraceView {
    /** No limit to the number of events. */
    public static final long NO_LIMIT = Long.MAX_VALUE;

    /** What a line looks like. */
    public enum Format {
        /** For people. */
        TEXT,
        /** One JSON object a line. */
        JSON
    }

    private final TraceReader reader;
    private final Map<Integer, String> names = new HashMap<>();
    private final EventFormat format;
    private final WallClock clock;
    private final @Nullable CallEnds calls;

    /**
     * @param reader not yet read from
     * @param zone for the times in text
     */
    public TraceView(TraceReader reader, Format format, ZoneId zone) {
        this(reader, format, zone, null);
    }

    /**
     * The same with the lengths of calls.
     *
     * @param calls what another reading of the same trace has found; null: nothing
     */
    public TraceView(TraceReader reader, Format format, ZoneId zone, @Nullable CallEnds calls) {
        this(reader, format, zone, calls, AddressNames.NONE);
    }

    /**
     * The same with names for the frames of stacks.
     *
     * @param addressNames for {@link Format#TEXT}
     */
    public TraceView(
            TraceReader reader, Format format, ZoneId zone, @Nullable CallEnds calls, AddressNames addressNames) {
        this.calls = calls;
        this.reader = reader;
        this.format = switch (format) {
            case TEXT -> new TextFormat(addressNames);
            case JSON -> new JsonFormat();
        };
        this.clock = new WallClock(reader.schema().clock(), zone);
        reader.schema().events().forEach(type -> names.put(type.id(), type.name()));
    }

    /**
     * Prints until the end or {@code limit} events.
     *
     * @param out gets the events, in large pieces
     * @param notices gets one line for each gap in which events were lost
     * @return events printed
     * @throws IOException from {@code out}, such as a broken pipe
     * @throws TraceException at the end, if the trace is damaged; the good events have been printed
     */
    public long print(OutputStream out, PrintStream notices, long limit) throws IOException, TraceException {
        ByteSink sink = new ByteSink(out);
        reader.onLoss(loss -> notices.println(notice(loss)));
        long count = 0;
        try {
            while (count < limit && reader.next()) {
                print(reader.event(), sink);
                count++;
            }
            if (count < limit) {
                printLeft(Long.MAX_VALUE, sink);
            }
        } finally {
            sink.flush();
        }
        return count;
    }

    private void print(EventRecord event, ByteSink sink) throws IOException {
        long duration = EventFormat.NO_DURATION;
        if (calls != null) {
            printLeft(event.tsc(), sink);
            long cycles = calls.durationOf(event);
            duration = cycles < 0 ? duration : reader.schema().clock().cyclesToNanos(cycles);
        }
        clock.set(event.tsc());
        format.print(event, clock, duration, sink);
        sink.endLine();
    }

    /** Tells which calls were found to be over without an exit until {@code tsc}. */
    private void printLeft(long tsc, ByteSink sink) throws IOException {
        if (calls == null) {
            return;
        }
        for (LeftFrame frame = calls.nextLeft(tsc); frame != null; frame = calls.nextLeft(tsc)) {
            clock.set(frame.leftTsc());
            String name = EventPairing.exitName(names.getOrDefault(frame.entryId(), "?"));
            long cycles = frame.leftTsc() - frame.entryTsc();
            format.printLeft(frame, name, clock, reader.schema().clock().cyclesToNanos(cycles), sink);
            sink.endLine();
        }
    }

    private String notice(Loss loss) {
        String events = loss.events() == 1 ? "1 event" : Long.toUnsignedString(loss.events()) + " events";
        return events + " lost between [" + time(loss.fromTsc()) + "] and [" + time(loss.toTsc()) + "] on cpu "
                + loss.cpu();
    }

    private String time(long tsc) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        ByteSink sink = new ByteSink(text);
        clock.set(tsc);
        clock.print(sink);
        try {
            sink.flush();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text.toString(StandardCharsets.US_ASCII);
    }
}
