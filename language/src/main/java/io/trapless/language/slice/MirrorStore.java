package io.trapless.language.slice;

import java.util.ArrayList;
import java.util.List;

/**
 * What a trampoline does besides recording an event: it keeps a number in a mirror, from where {@link Value.Mirrored} takes it. It does so whenever the clause's filter lets an event pass, before it is known whether the handler
 * assigns the number to its map. A key or value that can't be read is 0.
 *
 * @param mirror the mirror's number among those of the session
 * @param map name of the map, without the {@code @}; for the reader of a slice only
 * @param keys the numbers that make the key; none: the map has one entry
 */
public record MirrorStore(int mirror, String map, List<Value> keys, Value value) {
    public MirrorStore {
        keys = List.copyOf(keys);
    }

    /** The keys and the value. */
    public List<Value> values() {
        List<Value> all = new ArrayList<>(keys);
        all.add(value);
        return all;
    }
}
