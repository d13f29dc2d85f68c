package io.trapless.script.value;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A tuple, a record, or the keys of a map with several. Equal if all elements are. Immutable: nobody may change the array after it was handed over. */
public final class Tuple {
    private final Object[] elements;
    private final int hash;

    /**
     * @param elements each a {@link Long}, {@link String}, {@link Tuple} or {@link Blob}; kept, not copied
     */
    public Tuple(Object[] elements) {
        this.elements = elements;
        this.hash = Arrays.hashCode(elements);
    }

    /** The element at {@code index}, zero-based. */
    public Object get(int index) {
        return elements[index];
    }

    /** The integer at {@code index}. */
    public long getLong(int index) {
        return (Long) elements[index];
    }

    public int size() {
        return elements.length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Tuple tuple && hash == tuple.hash && Arrays.equals(elements, tuple.elements);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return List.of(elements).toString();
    }
}
