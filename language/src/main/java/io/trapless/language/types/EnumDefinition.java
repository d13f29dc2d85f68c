package io.trapless.language.types;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An enumeration of C.
 *
 * @param name with its tag: {@code enum foo}; anonymous ones have a made-up name
 * @param enumerators in order; two may have the same value
 */
public record EnumDefinition(String name, List<Enumerator> enumerators) {
    public EnumDefinition {
        enumerators = List.copyOf(enumerators);
    }

    public record Enumerator(String name, long value) {}

    /** The first enumerator of that value, or null. */
    public @Nullable String nameOf(long value) {
        for (Enumerator enumerator : enumerators) {
            if (enumerator.value() == value) {
                return enumerator.name();
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return name;
    }
}
