package io.trapless.script.output;

import java.util.List;

/** A value as text output writes it: arrays without spaces, tuples and structures with them, as bpftrace 0.26 does. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class DatumText {
    private static final String HEX = "0123456789abcdef";

    private DatumText() {}

    /** The text of {@code datum}, a byte string. */
    public static String of(Datum datum) {
        return switch (datum) {
            case Datum.Int(long value, boolean signed) -> signed ? Long.toString(value) : Long.toUnsignedString(value);
            case Datum.Text(String text) -> text;
            default -> {
                StringBuilder out = new StringBuilder();
                append(out, datum);
                yield out.toString();
            }
        };
    }

    /** Appends the text of {@code datum}. */
    static void append(StringBuilder out, Datum datum) {
        switch (datum) {
            case Datum.Nothing() -> out.append("null");
            case Datum.Bool(boolean value) -> out.append(value);
            case Datum.Int(long value, boolean signed) ->
                out.append(signed ? Long.toString(value) : Long.toUnsignedString(value));
            case Datum.Text(String text) -> out.append(text);
            case Datum.Array(List<Datum> elements) ->
                appendAll(out.append('['), elements, ",").append(']');
            case Datum.Buffer(byte[] bytes) -> out.append(escaped(bytes));
            case Datum.Tuple(List<Datum> elements) ->
                appendAll(out.append('('), elements, ", ").append(')');
            case Datum.Struct(List<Datum.Field> fields) -> appendRecord(out, fields);
            case Datum.Symbol(String text, long _) -> out.append(text);
        }
    }

    private static StringBuilder appendAll(StringBuilder out, List<Datum> elements, String separator) {
        for (int i = 0; i < elements.size(); i++) {
            append(i == 0 ? out : out.append(separator), elements.get(i));
        }
        return out;
    }

    private static void appendRecord(StringBuilder out, List<Datum.Field> fields) {
        if (fields.isEmpty()) {
            out.append("{}");
            return;
        }
        String before = "{ .";
        for (Datum.Field field : fields) {
            out.append(before).append(field.name()).append(" = ");
            append(out, field.value());
            before = ", .";
        }
        out.append(" }");
    }

    /** Printable ASCII as it is, other bytes as {@code \xNN}. */
    public static String escaped(byte[] bytes) {
        StringBuilder out = new StringBuilder(bytes.length);
        for (byte b : bytes) {
            if (b >= 32 && b <= 126) {
                out.append((char) b);
            } else {
                appendHex(out.append("\\x"), b);
            }
        }
        return out.toString();
    }

    /** Every byte as {@code \xNN}. */
    public static String allEscaped(byte[] bytes) {
        StringBuilder out = new StringBuilder(4 * bytes.length);
        for (byte b : bytes) {
            appendHex(out.append("\\x"), b);
        }
        return out.toString();
    }

    /** Two hexadecimal digits a byte, with a space between bytes. */
    public static String hex(byte[] bytes) {
        StringBuilder out = new StringBuilder(3 * bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            appendHex(i == 0 ? out : out.append(' '), bytes[i]);
        }
        return out.toString();
    }

    private static void appendHex(StringBuilder out, byte b) {
        out.append(HEX.charAt(b >> 4 & 15)).append(HEX.charAt(b & 15));
    }
}
