package io.trapless.trace.ctf;

import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The line that {@code babeltrace2 --clock-seconds --no-delta} prints for an event. */
final class BabeltraceText {
    private BabeltraceText() {}

    static String of(RandomTrace.Entry entry, TraceSchema schema) {
        List<String> fields = new ArrayList<>();
        if (entry.type().faultable()) {
            fields.add("_fault = 0x%X".formatted(entry.faults()));
            fields.add("_cut = 0x%X".formatted(entry.cuts()));
        }
        for (int i = 0; i < entry.values().size(); i++) {
            FieldType field = entry.type().fields().get(i);
            if (entry.values().get(i) instanceof byte[] bytes) {
                fields.add("_" + field.name() + "_length = " + bytes.length);
            }
            if (entry.values().get(i) instanceof long[] addresses) {
                fields.add("_" + field.name() + "_length = " + addresses.length);
            }
            fields.add(field.name() + " = " + value(field.kind(), entry.values().get(i)));
        }
        long nanos = nanos(schema.clock(), entry.tsc());
        return "[%d.%09d] host %s: { cpu_id = %d, ring_kind = %d }, { tid = %d, pid = %d }%s"
                .formatted(
                        nanos / 1_000_000_000,
                        nanos % 1_000_000_000,
                        entry.type().name(),
                        entry.cpu(),
                        entry.cpu() % 2,
                        entry.tid(),
                        entry.pid(),
                        fields.isEmpty() ? ", { }" : ", { " + String.join(", ", fields) + " }");
    }

    /** babeltrace2 converts in floating point, which may be a nanosecond off: our own time must not be further away. */
    private static long nanos(TraceClock clock, long tsc) {
        long exact = clock.nanosAt(tsc);
        long theirs = clock.nanosAt(0) + (long) (1e9 * tsc / clock.frequencyHz());
        if (Math.abs(exact - theirs) > 1) {
            throw new AssertionError("ours " + exact + ", babeltrace2's " + theirs);
        }
        return theirs;
    }

    private static String value(FieldKind kind, Object value) {
        return switch (value) {
            case Long number
            when kind instanceof FieldKind.Int integer && integer.base() == 16 -> {
                int unused = Long.SIZE - integer.sizeBytes() * 8;
                yield "0x%X".formatted(number << unused >>> unused);
            }
            case Long number
            when kind instanceof FieldKind.Int integer && !integer.signed() -> Long.toUnsignedString(number);
            case Double number ->
                number == Math.rint(number) ? String.format(Locale.ROOT, "%.0f", number) : number.toString();
            case String text ->
                '"'
                        + text.replace("\\", "\\\\")
                                .replace("\"", "\\\"")
                                .replace("\n", "\\n")
                                .replace("\t", "\\t")
                        + '"';
            case byte[] bytes -> {
                List<String> elements = new ArrayList<>();
                for (int i = 0; i < bytes.length; i++) {
                    elements.add("[%d] = 0x%X".formatted(i, bytes[i]));
                }
                yield elements.isEmpty() ? "[ ]" : "[ " + String.join(", ", elements) + " ]";
            }
            case long[] addresses -> {
                List<String> elements = new ArrayList<>();
                for (int i = 0; i < addresses.length; i++) {
                    elements.add("[%d] = 0x%X".formatted(i, addresses[i]));
                }
                yield elements.isEmpty() ? "[ ]" : "[ " + String.join(", ", elements) + " ]";
            }
            default -> value.toString();
        };
    }
}
