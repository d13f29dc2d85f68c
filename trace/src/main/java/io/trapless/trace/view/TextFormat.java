package io.trapless.trace.view;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import java.nio.charset.StandardCharsets;

/**
 * For people: {@code [HH:MM:SS.nnnnnnnnn] (+s.nnnnnnnnn) cpu 0 pid 12 tid 34 probe: { seq = 1, name = "abc" }}.
 *
 * <p>A string that was cut ends in {@code …}, a value that could not be read is {@code ?}.
 */
final class TextFormat implements EventFormat {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final byte[] CUT = "…".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NO_DELTA = "] (+?.?????????) cpu ".getBytes(StandardCharsets.US_ASCII);

    private final FieldPlan.Table plans =
            new FieldPlan.Table(name -> " " + printable(name) + ": { ", name -> name + " = ");
    private final ValueReader value = new ValueReader();
    private boolean first = true;
    private long previousNanos;

    @Override
    public void print(EventRecord event, WallClock time, ByteSink sink) {
        sink.put('[');
        time.print(sink);
        delta(time.nanos(), sink);
        sink.putSigned(event.cpu());
        if (event.pid() != EventType.NO_PID) {
            sink.put(" pid ");
            sink.putSigned(event.pid());
        }
        sink.put(" tid ");
        sink.putSigned(event.tid());
        fields(event, sink);
    }

    private void delta(long nanos, ByteSink sink) {
        if (first) {
            sink.put(NO_DELTA);
            first = false;
        } else {
            long delta = nanos - previousNanos;
            sink.put(delta < 0 ? "] (-" : "] (+");
            delta = Math.abs(delta);
            if (delta < NANOS_PER_SECOND) {
                sink.put('0');
            } else {
                sink.putUnsigned(delta / NANOS_PER_SECOND);
            }
            sink.put('.');
            sink.putNineDigits((int) (delta % NANOS_PER_SECOND));
            sink.put(") cpu ");
        }
        previousNanos = nanos;
    }

    private void fields(EventRecord event, ByteSink sink) {
        FieldPlan plan = plans.of(event.type());
        int faults = event.faultBits();
        int cuts = event.cutBits();
        value.set(event.segment(), event.fieldOffset(0));
        sink.put(plan.head);
        int[] codes = plan.codes;
        for (int i = 0; i < codes.length; i++) {
            sink.put(plan.labels[i]);
            if ((faults >>> i & 1) != 0) {
                value.skip(codes[i]);
                sink.put('?');
            } else {
                value(codes[i], sink);
            }
            if ((cuts >>> i & 1) != 0) {
                sink.put(CUT);
            }
        }
        sink.put(codes.length == 0 ? "}" : " }");
    }

    private void value(int code, ByteSink sink) {
        if (ValueReader.isInteger(code)) {
            long integer = value.integer(code);
            if (ValueReader.isHex(code)) {
                sink.putHex(ValueReader.hexBits(code, integer));
            } else if (ValueReader.isSigned(code)) {
                sink.putSigned(integer);
            } else {
                sink.putUnsigned(integer);
            }
            return;
        }
        switch (code) {
            case ValueReader.FLOAT -> sink.put(Float.toString(value.nextFloat()));
            case ValueReader.DOUBLE -> sink.put(Double.toString(value.nextDouble()));
            case ValueReader.TEXT -> Escapes.text(value, sink);
            default -> {
                sink.put('[');
                int length = value.length();
                for (int i = 0; i < length; i++) {
                    if (i > 0) {
                        sink.put(' ');
                    }
                    sink.putHexByte(value.nextByte());
                }
                sink.put(']');
            }
        }
    }

    /** A name from a file may hold anything; a line must stay a line. */
    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }
}
