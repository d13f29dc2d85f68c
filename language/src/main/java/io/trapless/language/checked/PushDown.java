package io.trapless.language.checked;

import io.trapless.language.slice.Value;
import io.trapless.language.types.AggregateKind;
import io.trapless.language.types.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An action that only feeds one aggregate: {@code @[KEY...] = count()} and the like, with nothing left to do outside, so that it can be kept in tables in shared memory without any record.
 *
 * @param map its {@link MapDescriptor#parameters()} hold the constants of {@code hist} and {@code lhist}
 * @param keys the values that make the key, in order; empty for a scalar map; all are numbers
 * @param keyTypes their types: what the table's numbers are extended to
 * @param value what is accumulated; null for {@code count}
 * @param valueSigned whether it is signed
 */
public record PushDown(
        MapDescriptor map,
        AggregateKind kind,
        List<Value> keys,
        List<Type> keyTypes,
        @Nullable Value value,
        boolean valueSigned) {
    public PushDown {
        keys = List.copyOf(keys);
        keyTypes = List.copyOf(keyTypes);
    }
}
