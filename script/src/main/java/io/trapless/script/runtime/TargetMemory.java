package io.trapless.script.runtime;

import io.trapless.language.types.Type;
import io.trapless.script.output.ByteText;
import io.trapless.script.output.Place;
import io.trapless.script.value.Blob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Memory behind addresses that a handler knows: that of the event's process, read later than the event unless a window of its record has it, and values of the script whose address was taken. What can't be read is zero, and counted.
 */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class TargetMemory {
    /** Addresses of script values: not canonical on x86-64, so no process has them. */
    private static final long PINNED = 0x8000_0000_0000_0000L;

    private static final int PIN_SHIFT = 20;
    private static final int MAX_PINNED = 1024;
    private static final int PAGE_BYTES = 4096;
    private static final int MAX_WORDS = 16;

    private final Targets targets;
    private final Warnings warnings;
    private final byte[][] pinned = new byte[MAX_PINNED][];
    private final byte[] small = new byte[8];
    private long pins;
    private long failedReads;

    TargetMemory(Targets targets, Warnings warnings) {
        this.targets = targets;
        this.warnings = warnings;
    }

    long failedReads() {
        return failedReads;
    }

    /** An address for the bytes of a script's value; good until a thousand others have been taken. */
    long pin(byte[] bytes) {
        long number = pins++;
        pinned[(int) (number % MAX_PINNED)] = bytes;
        return PINNED | number << PIN_SHIFT;
    }

    private boolean read(Moment moment, long address, byte[] into, int length, @Nullable Place place) {
        boolean done;
        if (address < 0 && (address & 0x4000_0000_0000_0000L) == 0) {
            done = readPinned(address, into, length);
        } else {
            done = length == 0
                    || moment.windows().read(address, into, length)
                    || (address != 0 && targets.read((int) moment.pid(), address, into, length));
        }
        if (!done && place != null) {
            failedReads++;
            warnings.unreadable(place);
        }
        return done;
    }

    private boolean readPinned(long address, byte[] into, int length) {
        long number = (address & ~PINNED) >>> PIN_SHIFT;
        int offset = (int) (address & (1 << PIN_SHIFT) - 1);
        if (number >= pins || number < pins - MAX_PINNED) {
            return false;
        }
        byte[] bytes = pinned[(int) (number % MAX_PINNED)];
        if (bytes == null || offset > bytes.length - length) {
            return false;
        }
        System.arraycopy(bytes, offset, into, 0, length);
        return true;
    }

    long number(Moment moment, long address, int size, boolean signed, Place place) {
        if (!read(moment, address, small, size, place)) {
            return 0;
        }
        return new Blob(small).integer(0, size, signed);
    }

    Object object(Moment moment, long address, Type type, Place place) {
        int size = type.sizeInBytes();
        byte[] bytes = new byte[size];
        if (!read(moment, address, bytes, size, place)) {
            Arrays.fill(bytes, (byte) 0);
        }
        return MemoryImage.read(new Blob(bytes), 0, type);
    }

    Blob bytes(Moment moment, long address, int length, Place place) {
        byte[] bytes = new byte[length];
        return read(moment, address, bytes, length, place) ? new Blob(bytes) : Blob.EMPTY;
    }

    /** The string at {@code address}, at most {@code limit} bytes; a page that is not there ends it only if no NUL came before. */
    String text(Moment moment, long address, int limit, Place place) {
        String seen = moment.windows().text(address, limit);
        if (seen != null) {
            return seen;
        }
        byte[] bytes = new byte[Math.min(limit, PAGE_BYTES)];
        StringBuilder text = new StringBuilder();
        long at = address;
        while (text.length() < limit) {
            int toPageEnd = PAGE_BYTES - (int) (at & PAGE_BYTES - 1);
            int length = Math.min(Math.min(bytes.length, limit - text.length()), toPageEnd);
            if (at < 0) {
                length = shortest(at, bytes, length);
            }
            if (length == 0 || !read(moment, at, bytes, length, place)) {
                return "";
            }
            String part = ByteText.upToNul(bytes, 0, length);
            text.append(part);
            if (part.length() < length) {
                return text.toString();
            }
            at += length;
        }
        return text.toString();
    }

    /** How much of a script's value can be read at once: its end is no NUL. */
    private int shortest(long address, byte[] bytes, int length) {
        int possible = length;
        while (possible > 0 && !readPinned(address, bytes, possible)) {
            possible--;
        }
        return possible;
    }

    /** The strings behind an array of pointers that ends with a null pointer. */
    List<String> words(Moment moment, long address, int limit, Place place) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < MAX_WORDS; i++) {
            long word = number(moment, address + 8L * i, 8, false, place);
            if (word == 0) {
                break;
            }
            words.add(text(moment, word, limit - 1, place));
        }
        return words;
    }
}
