package io.trapless.language.check;

import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.Type;
import org.jspecify.annotations.Nullable;

/** What is known of a map so far. It grows from round to round until nothing changes any more. */
final class MapState {
    final String name;
    final int index;
    final Span first;

    /** Whether it has no key; null while no use tells. */
    @Nullable Boolean scalar;

    @Nullable Type keyType;

    @Nullable Type valueType;

    /** The promoted type of what {@code sum} and its like have been given. */
    @Nullable Type argumentType;

    MapDescriptor.@Nullable Parameters parameters;

    MapState(String name, int index, Span first) {
        this.name = name;
        this.index = index;
        this.first = first;
    }

    String text() {
        return "@" + name;
    }
}
