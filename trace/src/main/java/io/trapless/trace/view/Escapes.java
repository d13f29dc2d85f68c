package io.trapless.trace.view;

import java.nio.charset.StandardCharsets;

/** Strings between quotes, for people and for JSON (RFC 8259). */
final class Escapes {
    private static final byte[] REPLACEMENT = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    private static final byte[] UNICODE = "\\u00".getBytes(StandardCharsets.US_ASCII);

    private Escapes() {}

    /** Prints the text at {@code value} up to its NUL as a JSON string; a byte that is not UTF-8 becomes U+FFFD. */
    static void json(ValueReader value, ByteSink sink) {
        quoted(value, sink, true);
    }

    /** Prints the text at {@code value} up to its NUL as a C string; a byte that is not UTF-8 becomes {@code \xNN}. */
    static void text(ValueReader value, ByteSink sink) {
        quoted(value, sink, false);
    }

    /** A JSON string, quotes included. */
    static String json(String text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c == 0x7F) {
                json.append(String.format("\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"').toString();
    }

    private static void quoted(ValueReader value, ByteSink sink, boolean json) {
        sink.put('"');
        for (int b = value.nextByte(); b != 0; b = value.nextByte()) {
            if (b >= ' ' && b < 0x7F) {
                if (b == '"' || b == '\\') {
                    sink.put('\\');
                }
                sink.putByte(b);
            } else if (b < 0x80) {
                control(b, sink, json);
            } else {
                beyondAscii(b, value, sink, json);
            }
        }
        sink.put('"');
    }

    private static void control(int b, ByteSink sink, boolean json) {
        switch (b) {
            case '\n' -> sink.put("\\n");
            case '\t' -> sink.put("\\t");
            case '\r' -> sink.put("\\r");
            default -> {
                if (json) {
                    sink.put(UNICODE);
                } else {
                    sink.put("\\x");
                }
                sink.putHexByte(b);
            }
        }
    }

    private static void beyondAscii(int lead, ValueReader value, ByteSink sink, boolean json) {
        int following = value.continuationBytes(lead);
        if (following > 0) {
            sink.putByte(lead);
            for (int i = 0; i < following; i++) {
                sink.putByte(value.nextByte());
            }
        } else if (json) {
            sink.put(REPLACEMENT);
        } else {
            sink.put("\\x");
            sink.putHexByte(lead);
        }
    }
}
