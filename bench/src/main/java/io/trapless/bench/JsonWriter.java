package io.trapless.bench;

/** Writes JSON objects one member at a time; numbers and texts are all that is needed. Not thread-safe. */
public final class JsonWriter {
    private final StringBuilder text = new StringBuilder("{");

    /** Adds a text, or null. */
    public JsonWriter put(String name, String value) {
        name(name);
        quote(value);
        return this;
    }

    /** Adds an integer. */
    public JsonWriter put(String name, long value) {
        name(name).append(value);
        return this;
    }

    /** Adds a number; what JSON can't say (NaN, infinite) becomes null. */
    public JsonWriter put(String name, double value) {
        name(name);
        if (Double.isFinite(value)) {
            text.append(value);
        } else {
            text.append("null");
        }
        return this;
    }

    /** Adds a value that is JSON already. */
    public JsonWriter putRaw(String name, String json) {
        name(name).append(json);
        return this;
    }

    /** The whole object. */
    @Override
    public String toString() {
        return text + "}";
    }

    private StringBuilder name(String name) {
        if (text.length() > 1) {
            text.append(", ");
        }
        quote(name);
        return text.append(": ");
    }

    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                case '\r' -> text.append("\\r");
                default -> {
                    if (c < 0x20) {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
