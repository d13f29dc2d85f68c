package io.trapless.tracer.preload;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The object's read-only data in the making: the modules' records first, then whatever they point to. */
final class ReadOnlyData {
    private static final int ALIGNMENT = 8;

    private final ByteArrayOutputStream rest = new ByteArrayOutputStream();
    private final byte[] recordBytes;
    private final ByteBuffer records;

    ReadOnlyData(int moduleCount) {
        recordBytes = new byte[moduleCount * ModuleRecord.SIZE];
        records = ByteBuffer.wrap(recordBytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The records, to be filled in. */
    ByteBuffer records() {
        return records;
    }

    /** Adds bytes; gives their offset, a multiple of 8. */
    int add(byte[] bytes) {
        int at = recordBytes.length + rest.size();
        rest.writeBytes(bytes);
        rest.writeBytes(new byte[-rest.size() & (ALIGNMENT - 1)]);
        return at;
    }

    /** Adds a string ended by NUL. */
    int add(String text) {
        return add((text + "\0").getBytes(StandardCharsets.UTF_8));
    }

    int addLongs(List<Long> values) {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[8 * values.size()]).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(bytes::putLong);
        return add(bytes);
    }

    int addInts(List<Integer> values) {
        ByteBuffer bytes = ByteBuffer.wrap(new byte[4 * values.size()]).order(ByteOrder.LITTLE_ENDIAN);
        values.forEach(bytes::putInt);
        return add(bytes);
    }

    private int add(ByteBuffer filled) {
        byte[] bytes = new byte[filled.position()];
        filled.flip().get(bytes);
        return add(bytes);
    }

    byte[] toByteArray() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(recordBytes);
        all.writeBytes(rest.toByteArray());
        return all.toByteArray();
    }
}
