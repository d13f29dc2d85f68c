package io.trapless.trace.view;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.pairing.PairingFields;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An event type, prepared for printing: constant texts as bytes, fields as codes. */
final class FieldPlan {
    /** What stands before the first field. */
    final byte[] head;

    /** What stands before each field's value. */
    final byte[][] labels;

    /** Each field's name as a JSON string. */
    final byte[][] names;

    /** Each field's code, for {@link ValueReader}. */
    final int[] codes;

    /** Which fields are shown. */
    final boolean[] shown;

    /** How many these are. */
    final int shownCount;

    /** Whether the event is an exit by a jump to another function. */
    final boolean tail;

    private FieldPlan(byte[] head, byte[][] labels, byte[][] names, int[] codes, boolean[] shown, boolean tail) {
        this.head = head;
        this.labels = labels;
        this.names = names;
        this.codes = codes;
        this.shown = shown;
        this.tail = tail;
        int count = 0;
        for (boolean one : shown) {
            count += one ? 1 : 0;
        }
        this.shownCount = count;
    }

    /** Plans by event id, made when an id is first seen. */
    static final class Table {
        private final @Nullable FieldPlan[] plans = new FieldPlan[EventType.MAX_ID + 1];
        private final UnaryOperator<String> head;
        private final UnaryOperator<String> label;

        /**
         * @param head makes the text before the fields from the event's name
         * @param label makes the text before a value from the field's name
         */
        Table(UnaryOperator<String> head, UnaryOperator<String> label) {
            this.head = head;
            this.label = label;
        }

        FieldPlan of(EventType type) {
            FieldPlan plan = plans[type.id()];
            if (plan == null) {
                plan = make(type);
                plans[type.id()] = plan;
            }
            return plan;
        }

        private FieldPlan make(EventType type) {
            List<byte[]> labels = new ArrayList<>();
            List<byte[]> names = new ArrayList<>();
            int[] codes = new int[type.fields().size()];
            boolean[] shown = new boolean[codes.length];
            boolean tail = false;
            String separator = "";
            for (FieldType field : type.fields()) {
                codes[labels.size()] = code(field.kind());
                shown[labels.size()] = !PairingFields.isHidden(field.name());
                tail |= field.name().equals(PairingFields.EXIT);
                labels.add(bytes(separator + label.apply(field.name())));
                separator = shown[names.size()] ? ", " : separator;
                names.add(bytes(Escapes.json(field.name())));
            }
            return new FieldPlan(
                    bytes(head.apply(type.name())),
                    labels.toArray(byte[][]::new),
                    names.toArray(byte[][]::new),
                    codes,
                    shown,
                    tail);
        }

        private static byte[] bytes(String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }

        private static int code(FieldKind kind) {
            return switch (kind) {
                case FieldKind.Int integer -> ValueReader.code(integer);
                case FieldKind.Real real -> real.sizeBytes() == 4 ? ValueReader.FLOAT : ValueReader.DOUBLE;
                case FieldKind.Text _ -> ValueReader.TEXT;
                case FieldKind.Bytes _ -> ValueReader.BYTES;
                case FieldKind.Addresses _ -> ValueReader.ADDRESSES;
            };
        }
    }
}
