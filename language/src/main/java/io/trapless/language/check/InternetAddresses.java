package io.trapless.language.check;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Texts of internet addresses (RFC 4291, section 2.2), without any look-up. */
final class InternetAddresses {
    private InternetAddresses() {}

    /** The 4 or 16 bytes of an address, or null. */
    static @Nullable List<Byte> parse(String text) {
        return text.contains(":") ? six(text) : four(text);
    }

    private static @Nullable List<Byte> four(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return null;
        }
        List<Byte> bytes = new ArrayList<>();
        for (String part : parts) {
            if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 255) {
                return null;
            }
            bytes.add((byte) Integer.parseInt(part));
        }
        return bytes;
    }

    private static @Nullable List<Byte> six(String text) {
        int gap = text.indexOf("::");
        if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
            return null;
        }
        List<Byte> head = groups(gap < 0 ? text : text.substring(0, gap), gap < 0);
        List<Byte> tail = gap < 0 ? List.of() : groups(text.substring(gap + 2), true);
        if (head == null || tail == null) {
            return null;
        }
        int missing = 16 - head.size() - tail.size();
        if (gap < 0 ? missing != 0 : missing < 2) {
            return null;
        }
        List<Byte> bytes = new ArrayList<>(head);
        for (int i = 0; i < missing; i++) {
            bytes.add((byte) 0);
        }
        bytes.addAll(tail);
        return bytes;
    }

    /** Groups between colons; the last may be an IPv4 address. */
    private static @Nullable List<Byte> groups(String text, boolean last) {
        List<Byte> bytes = new ArrayList<>();
        if (text.isEmpty()) {
            return bytes;
        }
        String[] parts = text.split(":", -1);
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (last && i == parts.length - 1 && part.contains(".")) {
                List<Byte> four = four(part);
                if (four == null) {
                    return null;
                }
                bytes.addAll(four);
            } else if (part.matches("[0-9a-fA-F]{1,4}")) {
                int group = Integer.parseInt(part, 16);
                bytes.add((byte) (group >> 8));
                bytes.add((byte) group);
            } else {
                return null;
            }
        }
        return bytes;
    }
}
