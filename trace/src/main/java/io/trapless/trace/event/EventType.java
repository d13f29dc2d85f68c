package io.trapless.trace.event;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What one event id means: one probe site of one process.
 *
 * @param id 0 to {@link #MAX_ID}, unique in its trace
 * @param name the probe's name, such as {@code uprobe:/usr/bin/redis-server:processCommand}; several ids may share it
 * @param pid process id in the tracer's pid namespace, or {@link #NO_PID}
 * @param fields the captured values in the order of their bytes
 * @param faultable values may fail to be read: the record has {@code u16 _fault, u16 _cut} before its first value, with one bit a value, so there are at most
 *     {@link #MAX_FAULTABLE_FIELDS} of them
 */
public record EventType(int id, String name, int pid, List<FieldType> fields, boolean faultable) {
    /** 0xFFFF is never given out. */
    public static final int MAX_ID = 0xFFFE;

    public static final int NO_PID = 0;
    public static final int MAX_FAULTABLE_FIELDS = 16;

    /** Bytes of {@code _fault} and {@code _cut} in the record of a faultable event. */
    public static final int FAULT_WORDS_SIZE = 4;

    public EventType {
        fields = List.copyOf(fields);
        if (id < 0 || id > MAX_ID) {
            throw new IllegalArgumentException("event id " + id);
        }
        if (faultable && fields.size() > MAX_FAULTABLE_FIELDS) {
            throw new IllegalArgumentException(
                    name + " has more than " + MAX_FAULTABLE_FIELDS + " values that may fail");
        }
        // The names of the helper fields in the metadata are taken.
        Set<String> names = new HashSet<>(faultable ? Set.of("_fault", "_cut") : Set.of());
        for (FieldType field : fields) {
            boolean fresh = names.add(field.name());
            if (field.kind() instanceof FieldKind.Bytes || field.kind() instanceof FieldKind.Addresses) {
                fresh &= names.add("_" + field.name() + "_length");
            }
            if (!fresh) {
                throw new IllegalArgumentException(name + ": the field name " + field.name() + " is taken");
            }
        }
    }

    /** Bytes of the captured values with the fault words before them, or {@link FieldKind#VARIABLE}. */
    public int payloadSizeBytes() {
        int size = faultable ? FAULT_WORDS_SIZE : 0;
        for (FieldType field : fields) {
            int fieldSize = field.kind().fixedSizeBytes();
            if (fieldSize == FieldKind.VARIABLE) {
                return FieldKind.VARIABLE;
            }
            size += fieldSize;
        }
        return size;
    }
}
