package io.trapless.trace.view;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import io.trapless.trace.pairing.LeftFrame;
import java.nio.charset.StandardCharsets;

/**
 * For programs, one object a line: {@code {"time": NANOS_SINCE_EPOCH, "cpu": 0, "pid": 12, "tid": 34, "probe": "...", "fields": {"seq": 1}}}.
 *
 * <p>At an exit by a jump to another function stands {@code "exit": "tail"}, at the end of a call whose entry was recorded {@code "duration": NANOS}. A call that was left without an exit has an
 * object with {@code "exit": "unwound"} (or {@code "unfinished"}) and {@code "maxDuration": NANOS}.
 *
 * <p>A buffer is a string of hexadecimal digits, the frames of a stack are an array of numbers, the innermost first. Floating point numbers that JSON does not have are the strings {@code "NaN"}, {@code "Infinity"}, {@code "-Infinity"}. A value that could
 * not be read is {@code null}, and its name stands in {@code "fault": [...]}; the names of strings that were cut stand in {@code "cut": [...]}. Without a known process {@code "pid"} is null.
 */
final class JsonFormat implements EventFormat {
    private static final byte[] TIME = ascii("{\"time\": ");
    private static final byte[] CPU = ascii(", \"cpu\": ");
    private static final byte[] PID = ascii(", \"pid\": ");
    private static final byte[] TID = ascii(", \"tid\": ");
    private static final byte[] NULL = ascii("null");
    private static final byte[] EXIT_TAIL = ascii(", \"exit\": \"tail\"");
    private static final byte[] DURATION = ascii(", \"duration\": ");

    private final FieldPlan.Table plans = new FieldPlan.Table(
            name -> ", \"probe\": " + Escapes.json(name) + ", \"fields\": {", name -> Escapes.json(name) + ": ");
    private final ValueReader value = new ValueReader();

    @Override
    public void print(EventRecord event, WallClock time, long durationNanos, ByteSink sink) {
        head(time, event.cpu(), event.pid(), event.tid(), sink);
        fields(event, sink);
        if (plans.of(event.type()).tail) {
            sink.put(EXIT_TAIL);
        }
        if (durationNanos != NO_DURATION) {
            sink.put(DURATION);
            sink.putSigned(durationNanos);
        }
        sink.put('}');
    }

    @Override
    public void printLeft(LeftFrame frame, String name, WallClock time, long durationNanos, ByteSink sink) {
        head(time, frame.cpu(), frame.pid(), frame.tid(), sink);
        sink.put(", \"probe\": " + Escapes.json(name) + ", \"fields\": {}, \"exit\": \""
                + frame.how().text() + "\", \"maxDuration\": ");
        sink.putSigned(durationNanos);
        sink.put('}');
    }

    private static void head(WallClock time, int cpu, int pid, int tid, ByteSink sink) {
        sink.put(TIME);
        sink.putSigned(time.nanos());
        sink.put(CPU);
        sink.putSigned(cpu);
        sink.put(PID);
        if (pid == EventType.NO_PID) {
            sink.put(NULL);
        } else {
            sink.putSigned(pid);
        }
        sink.put(TID);
        sink.putSigned(tid);
    }

    private void fields(EventRecord event, ByteSink sink) {
        FieldPlan plan = plans.of(event.type());
        int faults = event.faultBits();
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
                sink.put(NULL);
            } else {
                value(codes[i], sink);
            }
        }
        sink.put('}');
        names(", \"cut\": [", event.cutBits(), plan, sink);
        names(", \"fault\": [", faults, plan, sink);
    }

    private void value(int code, ByteSink sink) {
        if (ValueReader.isInteger(code)) {
            long integer = value.integer(code);
            if (ValueReader.isSigned(code)) {
                sink.putSigned(integer);
            } else {
                sink.putUnsigned(integer);
            }
            return;
        }
        switch (code) {
            case ValueReader.FLOAT -> {
                float number = value.nextFloat();
                real(Float.isFinite(number), Float.toString(number), sink);
            }
            case ValueReader.DOUBLE -> {
                double number = value.nextDouble();
                real(Double.isFinite(number), Double.toString(number), sink);
            }
            case ValueReader.TEXT -> Escapes.json(value, sink);
            case ValueReader.ADDRESSES -> addresses(sink);
            default -> {
                sink.put('"');
                int length = value.length();
                for (int i = 0; i < length; i++) {
                    sink.putHexByte(value.nextByte());
                }
                sink.put('"');
            }
        }
    }

    private void addresses(ByteSink sink) {
        sink.put('[');
        int count = value.length();
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                sink.put(", ");
            }
            sink.putUnsigned(value.nextAddress());
        }
        sink.put(']');
    }

    private static void real(boolean finite, String number, ByteSink sink) {
        sink.put(finite ? number : "\"" + number + "\"");
    }

    private static void names(String label, int bits, FieldPlan plan, ByteSink sink) {
        if (bits == 0) {
            return;
        }
        sink.put(label);
        boolean first = true;
        for (int i = 0; i < plan.names.length; i++) {
            if ((bits >>> i & 1) != 0) {
                if (!first) {
                    sink.put(", ");
                }
                sink.put(plan.names[i]);
                first = false;
            }
        }
        sink.put(']');
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
