package io.trapless.trace.view;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import io.trapless.trace.pairing.LeftFrame;
import java.nio.charset.StandardCharsets;

/**
 * For people: {@code [HH:MM:SS.nnnnnnnnn] (+s.nnnnnnnnn) cpu 0 pid 12 tid 34 probe: { seq = 1, name = "abc" }}.
 *
 * <p>Behind the fields stand {@code exit = tail} at an exit by a jump to another function, and {@code duration = 1234 ns} at the end of a call whose entry was recorded. A call that was left without an
 * exit has a line {@code probe: { exit = unwound, duration < 1234 ns }}.
 *
 * <p>The frames of a stack are {@code [inner+4, outer+19, 0x7f0123456789]}, the innermost first.
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
    private final AddressNames names;
    private boolean first = true;
    private long previousNanos;

    TextFormat(AddressNames names) {
        this.names = names;
    }

    @Override
    public void print(EventRecord event, WallClock time, long durationNanos, ByteSink sink) {
        head(time, event.cpu(), event.pid(), event.tid(), sink);
        fields(event, durationNanos, sink);
    }

    @Override
    public void printLeft(LeftFrame frame, String name, WallClock time, long durationNanos, ByteSink sink) {
        head(time, frame.cpu(), frame.pid(), frame.tid(), sink);
        sink.put(" " + printable(name) + ": { exit = " + frame.how().text() + ", duration < ");
        sink.putSigned(durationNanos);
        sink.put(" ns }");
    }

    private void head(WallClock time, int cpu, int pid, int tid, ByteSink sink) {
        sink.put('[');
        time.print(sink);
        delta(time.nanos(), sink);
        sink.putSigned(cpu);
        if (pid != EventType.NO_PID) {
            sink.put(" pid ");
            sink.putSigned(pid);
        }
        sink.put(" tid ");
        sink.putSigned(tid);
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

    private void fields(EventRecord event, long durationNanos, ByteSink sink) {
        FieldPlan plan = plans.of(event.type());
        int faults = event.faultBits();
        int cuts = event.cutBits();
        value.set(event.segment(), event.fieldOffset(0));
        sink.put(plan.head);
        int[] codes = plan.codes;
        for (int i = 0; i < codes.length; i++) {
            if (!plan.shown[i]) {
                value.skip(codes[i]);
                continue;
            }
            sink.put(plan.labels[i]);
            if ((faults >>> i & 1) != 0) {
                value.skip(codes[i]);
                sink.put('?');
            } else {
                value(codes[i], event.pid(), sink);
            }
            if ((cuts >>> i & 1) != 0) {
                sink.put(CUT);
            }
        }
        boolean empty = plan.shownCount == 0;
        if (plan.tail) {
            sink.put(empty ? "exit = tail" : ", exit = tail");
            empty = false;
        }
        if (durationNanos != NO_DURATION) {
            sink.put(empty ? "duration = " : ", duration = ");
            sink.putSigned(durationNanos);
            sink.put(" ns");
            empty = false;
        }
        sink.put(empty ? "}" : " }");
    }

    private void value(int code, int pid, ByteSink sink) {
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
            case ValueReader.ADDRESSES -> addresses(pid, sink);
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

    /** Frames of a stack: each by its name, or else by its address. */
    private void addresses(int pid, ByteSink sink) {
        sink.put('[');
        int count = value.length();
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                sink.put(", ");
            }
            long address = value.nextAddress();
            String name = names.nameOf(pid, address);
            if (name == null) {
                sink.putHex(address);
            } else {
                sink.put(printable(name));
            }
        }
        sink.put(']');
    }

    /** A name from a file may hold anything; a line must stay a line. */
    private static String printable(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }
}
