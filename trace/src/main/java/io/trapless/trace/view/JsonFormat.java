package io.trapless.trace.view;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import java.nio.charset.StandardCharsets;

/**
 * For programs, one object a line: {@code {"time": NANOS_SINCE_EPOCH, "cpu": 0, "pid": 12, "tid": 34, "probe": "...", "fields": {"seq": 1}}}.
 *
 * <p>A buffer is a string of hexadecimal digits. Floating point numbers that JSON does not have are the strings {@code "NaN"}, {@code "Infinity"}, {@code "-Infinity"}. A value that could
 * not be read is {@code null}, and its name stands in {@code "fault": [...]}; the names of strings that were cut stand in {@code "cut": [...]}. Without a known process {@code "pid"} is null.
 */
final class JsonFormat implements EventFormat {
    private static final byte[] TIME = ascii("{\"time\": ");
    private static final byte[] CPU = ascii(", \"cpu\": ");
    private static final byte[] PID = ascii(", \"pid\": ");
    private static final byte[] TID = ascii(", \"tid\": ");
    private static final byte[] NULL = ascii("null");

    private final FieldPlan.Table plans = new FieldPlan.Table(
            name -> ", \"probe\": " + Escapes.json(name) + ", \"fields\": {", name -> Escapes.json(name) + ": ");
    private final ValueReader value = new ValueReader();

    @Override
    public void print(EventRecord event, WallClock time, ByteSink sink) {
        sink.put(TIME);
        sink.putSigned(time.nanos());
        sink.put(CPU);
        sink.putSigned(event.cpu());
        sink.put(PID);
        if (event.pid() == EventType.NO_PID) {
            sink.put(NULL);
        } else {
            sink.putSigned(event.pid());
        }
        sink.put(TID);
        sink.putSigned(event.tid());
        fields(event, sink);
        sink.put('}');
    }

    private void fields(EventRecord event, ByteSink sink) {
        FieldPlan plan = plans.of(event.type());
        int faults = event.faultBits();
        value.set(event.segment(), event.fieldOffset(0));
        sink.put(plan.head);
        int[] codes = plan.codes;
        for (int i = 0; i < codes.length; i++) {
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
