package io.trapless.trace.event;

/**
 * A captured value's name and kind.
 *
 * @param name as people see it; unique in its event, not empty
 */
public record FieldType(String name, FieldKind kind) {
    public FieldType {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("a field without a name");
        }
    }

    /** A decimal integer of {@code sizeBytes} (1, 2, 4 or 8). */
    public static FieldType integer(String name, int sizeBytes, boolean signed) {
        return new FieldType(name, new FieldKind.Int(sizeBytes, signed, 10));
    }

    /** An unsigned integer of {@code sizeBytes} (1, 2, 4 or 8) that is shown in base 16. */
    public static FieldType hex(String name, int sizeBytes) {
        return new FieldType(name, new FieldKind.Int(sizeBytes, false, 16));
    }

    /** A floating point number of {@code sizeBytes} (4 or 8). */
    public static FieldType real(String name, int sizeBytes) {
        return new FieldType(name, new FieldKind.Real(sizeBytes));
    }

    /** A NUL-terminated string. */
    public static FieldType text(String name) {
        return new FieldType(name, new FieldKind.Text());
    }

    /** Up to 65,535 addresses of code. */
    public static FieldType addresses(String name) {
        return new FieldType(name, new FieldKind.Addresses());
    }

    /** A buffer of up to 65,535 bytes. */
    public static FieldType bytes(String name) {
        return new FieldType(name, new FieldKind.Bytes());
    }
}
