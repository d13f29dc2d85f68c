package io.trapless.trace.view;

import io.trapless.trace.ctf.Loss;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;

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
    private final EventFormat format;
    private final WallClock clock;

    /**
     * @param reader not yet read from
     * @param zone for the times in text
     */
    public TraceView(TraceReader reader, Format format, ZoneId zone) {
        this.reader = reader;
        this.format = switch (format) {
            case TEXT -> new TextFormat();
            case JSON -> new JsonFormat();
        };
        this.clock = new WallClock(reader.schema().clock(), zone);
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
                clock.set(reader.event().tsc());
                format.print(reader.event(), clock, sink);
                sink.endLine();
                count++;
            }
        } finally {
            sink.flush();
        }
        return count;
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
