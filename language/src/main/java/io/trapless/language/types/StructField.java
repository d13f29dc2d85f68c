package io.trapless.language.types;

import org.jspecify.annotations.Nullable;

/**
 * A field of a structure.
 *
 * @param offsetBytes from the start of the structure; for a bit field, of the first byte to read
 * @param bits where in the bytes read a bit field lies; null for a whole field
 */
public record StructField(
        String name, Type type, int offsetBytes, @Nullable BitField bits) {}
