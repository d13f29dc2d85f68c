package io.trapless.binary.elfwriter;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A string table in the making (gABI, "String Table"): the first string is empty. */
final class Strings {
    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Strings() {
        add("");
    }

    void add(String text) {
        if (!offsets.containsKey(text)) {
            offsets.put(text, bytes.size());
            bytes.writeBytes(text.getBytes(StandardCharsets.UTF_8));
            bytes.write(0);
        }
    }

    int offset(String text) {
        Integer offset = offsets.get(text);
        if (offset == null) {
            throw new IllegalArgumentException("no string " + text);
        }
        return offset;
    }

    int sizeBytes() {
        return bytes.size();
    }

    /** The size when {@code text}, which is not in it yet, will have been added. */
    int sizeBytesWith(String text) {
        return bytes.size() + text.getBytes(StandardCharsets.UTF_8).length + 1;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
