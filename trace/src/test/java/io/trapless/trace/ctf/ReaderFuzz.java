package io.trapless.trace.ctf;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.FieldKind;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What Jazzer throws bytes at: the metadata parser, the stream reader and the packet scanner. Any exception but {@link TraceException} is a finding. */
public final class ReaderFuzz {
    private static final RandomTrace TRACE = new RandomTrace(1);
    private static final TraceLayout LAYOUT = layout();

    private ReaderFuzz() {}

    private static TraceLayout layout() {
        try {
            byte[] metadata = MetadataWriter.write(TRACE.schema());
            return TraceLayout.of(TsdlParser.parse(new String(metadata, StandardCharsets.UTF_8)));
        } catch (TraceException e) {
            throw new AssertionError(e);
        }
    }

    /** Called by Jazzer. The first byte chooses what the others are. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        switch (input[0] % 3) {
            case 0 -> parse(bytes);
            case 1 ->
                new PacketScanner(TRACE.schema().events())
                        .scan(MemorySegment.ofArray(bytes), 0, bytes.length, 0, Long.MAX_VALUE);
            default -> read(bytes);
        }
    }

    private static void parse(byte[] metadata) {
        try {
            TraceLayout.of(TsdlParser.parse(new String(metadata, StandardCharsets.ISO_8859_1)));
        } catch (TraceException _) {
            // The one way to fail.
        }
    }

    private static void read(byte[] stream) {
        StreamReader reader = new StreamReader("fuzz", MemorySegment.ofArray(stream), LAYOUT, _ -> {});
        EventRecord event = new EventRecord();
        int count = 0;
        while (reader.advance()) {
            reader.show(event);
            for (int i = 0; i < event.type().fields().size(); i++) {
                if (event.type().fields().get(i).kind() instanceof FieldKind.Text) {
                    event.text(i);
                } else {
                    event.fieldOffset(i);
                }
            }
            if (++count > stream.length) {
                throw new AssertionError("more events than bytes");
            }
        }
    }
}
