package io.trapless.language.slice;

/**
 * One field of an event.
 *
 * @param name the field's name, an identifier, unique in its clause
 * @param type how it lies in the record. {@code Int}: {@code value} yields it, cut to the size; {@code Floating}: {@code value} is an {@link Value.Argument} of that size;
 *     {@code Str}: {@code value} is a {@link Value.StringAt} of the same limit; {@code Buf}: a {@link Value.BytesAt} of the same limit;
 *     {@code Frames}: a {@link Value.UserStack} of the same limit
 * @param value what to compute in the target
 */
public record Capture(String name, CaptureType type, Value value) {
    /** Whether computing it reads memory that may turn out not to be there. */
    public boolean mayFault() {
        return value.mayFault();
    }
}
