package io.trapless.language.slice;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a trampoline does instead of recording an event, if it can: it adds a value to an entry of a table. None of its values may fail to be read.
 *
 * @param table index of its table among the tables of the session
 * @param keys the numbers that make the key
 * @param value what is accumulated; null for {@code count}
 */
public record Aggregation(
        int table, List<Value> keys, @Nullable Value value) {
    public Aggregation {
        keys = List.copyOf(keys);
    }
}
