package io.trapless.script.map;

import io.trapless.language.types.Type;
import io.trapless.script.value.Tuple;
import java.util.Comparator;
import java.util.List;

/**
 * The order of a map's keys, as bpftrace has it: integers as signed numbers of their size, and truth values likewise, strings by their bytes, tuples by their elements in turn. Keys of other types are all
 * equal, so that a stable sort leaves them in the order in which they came.
 */
final class KeyOrder {
    private KeyOrder() {}

    static Comparator<Object> of(Type type) {
        return switch (type) {
            case Type.Tuple(List<Type> elements) -> elements(elements);
            case Type.Str _ -> Comparator.comparing(key -> (String) key);
            case Type.Int _, Type.Enumeration _, Type.Bool _ -> {
                int unused = Long.SIZE - Byte.SIZE * type.sizeInBytes();
                yield Comparator.comparingLong(key -> (Long) key << unused >> unused);
            }
            default -> (_, _) -> 0;
        };
    }

    private static Comparator<Object> elements(List<Type> types) {
        Comparator<Object> order = (_, _) -> 0;
        for (int i = 0; i < types.size(); i++) {
            int index = i;
            order = order.thenComparing(key -> ((Tuple) key).get(index), of(types.get(i)));
        }
        return order;
    }
}
