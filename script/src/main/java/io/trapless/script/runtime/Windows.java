package io.trapless.script.runtime;

import io.trapless.script.output.ByteText;
import io.trapless.script.value.Blob;
import org.jspecify.annotations.Nullable;

/** Pieces of a process's memory as they were at an event: captured at places where its handler may read. For one thread. */
final class Windows {
    /** As many as a record can have. */
    private static final int MAX = 16;

    private final long[] addresses = new long[MAX];
    private final Blob[] contents = new Blob[MAX];
    private int count;

    void clear() {
        count = 0;
    }

    /** Adds what lies at {@code address} and on; nothing if there are too many or it is empty. */
    void add(long address, Blob content) {
        if (count < MAX && content.size() > 0) {
            addresses[count] = address;
            contents[count] = content;
            count++;
        }
    }

    /** Reads {@code length} bytes; false if no window has all of them. */
    boolean read(long address, byte[] into, int length) {
        for (int i = 0; i < count; i++) {
            long offset = address - addresses[i];
            byte[] bytes = contents[i].bytes();
            if (offset >= 0 && offset <= bytes.length - length) {
                System.arraycopy(bytes, (int) offset, into, 0, length);
                return true;
            }
        }
        return false;
    }

    /** The string at {@code address}, up to its NUL or {@code limit} bytes; null if no window has all of it. */
    @Nullable String text(long address, int limit) {
        for (int i = 0; i < count; i++) {
            long offset = address - addresses[i];
            byte[] bytes = contents[i].bytes();
            if (offset >= 0 && offset < bytes.length) {
                int length = Math.min(limit, bytes.length - (int) offset);
                String text = ByteText.upToNul(bytes, (int) offset, (int) offset + length);
                if (text.length() < length || length == limit) {
                    return text;
                }
            }
        }
        return null;
    }
}
