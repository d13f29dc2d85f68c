package io.trapless.language.cut;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.Value;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The maps of which the target keeps a copy, a <i>mirror</i>, so that what a pointer out of a map leads to can be read at the event: {@code @name[tid] = arg0} at a function's entry, {@code str(@name[tid])} at its return. Mirrored are
 * maps of pointers and other numbers of 64 bits to which an action at sites assigns what the target can compute, under a key that it can compute.
 *
 * <p>A mirror is a guess and never more: assignments are mirrored whether the handler comes to them or not, those of other actions are not mirrored at all, nothing is taken out, and old entries make room for new ones. Therefore a
 * pointer out of a mirror is recorded beside what it leads to, and the handler takes that only if its own map has the same pointer there.
 */
final class Mirrors {
    static final Mirrors NONE = new Mirrors(List.of());

    /** Mirrors of one program: each takes some 70 KiB for all CPUs together. */
    private static final int MAX_MIRRORS = 16;

    /** Assignments of one action, each some thirty instructions. */
    private static final int MAX_STORES = 8;

    private final List<MapDescriptor> maps;

    private Mirrors(List<MapDescriptor> maps) {
        this.maps = List.copyOf(maps);
    }

    /** Of every map that can have one. */
    static Mirrors of(List<CheckedAction> actions) {
        Map<Integer, MapDescriptor> found = new LinkedHashMap<>();
        for (CheckedAction action : actions) {
            if (Cutter.isAtSites(action)) {
                TargetValues values =
                        new TargetValues(Definitions.of(action.body()), new ArgumentTypes.Function(), NONE);
                for (CheckedStatement.AssignMap assignment : Assignments.of(action.body())) {
                    MapDescriptor map = assignment.map();
                    if (isAddress(map.valueType()) && store(0, assignment, values) != null) {
                        found.putIfAbsent(map.index(), map);
                    }
                }
            }
        }
        return new Mirrors(found.values().stream().limit(MAX_MIRRORS).toList());
    }

    /** Those of some maps. */
    Mirrors only(Set<MapDescriptor> some) {
        return new Mirrors(maps.stream().filter(some::contains).toList());
    }

    /** By their numbers. */
    List<MapDescriptor> maps() {
        return maps;
    }

    private int numberOf(MapDescriptor map) {
        for (int i = 0; i < maps.size(); i++) {
            if (maps.get(i).index() == map.index()) {
                return i;
            }
        }
        return -1;
    }

    /**
     * What a mirror has for an entry that is read; null if there is no mirror of its map, or the target can't compute the key.
     *
     * @param plain values without mirrors
     */
    @Nullable Value read(CheckedExpression.MapValue read, TargetValues plain) {
        int mirror = numberOf(read.map());
        List<Value> keys = mirror < 0 ? null : keys(read.key(), plain);
        return keys == null ? null : new Value.Mirrored(mirror, read.map().name(), keys);
    }

    /** The assignments of an action that are mirrored, in its order; of those to one entry only the last. */
    List<MirrorStore> stores(CheckedStatement.Block body, TargetValues plain) {
        LinkedHashMap<List<Object>, MirrorStore> stores = new LinkedHashMap<>();
        if (!maps.isEmpty()) {
            for (CheckedStatement.AssignMap assignment : Assignments.of(body)) {
                int mirror = numberOf(assignment.map());
                MirrorStore store = mirror < 0 ? null : store(mirror, assignment, plain);
                if (store != null) {
                    stores.putLast(List.of(mirror, store.keys()), store);
                }
            }
        }
        return stores.values().stream().limit(MAX_STORES).toList();
    }

    private static @Nullable MirrorStore store(int mirror, CheckedStatement.AssignMap assignment, TargetValues plain) {
        List<Value> keys = keys(assignment.key(), plain);
        Value value = keys == null ? null : plain.scalar(assignment.value());
        return keys == null || value == null || comparesStrings(value)
                ? null
                : new MirrorStore(mirror, assignment.map().name(), keys, value);
    }

    private static @Nullable List<Value> keys(@Nullable CheckedExpression key, TargetValues plain) {
        List<Value> keys = new ArrayList<>();
        for (CheckedExpression part : KeyParts.of(key)) {
            Value value = part.type().isScalar() ? plain.scalar(part) : null;
            if (value == null || comparesStrings(value)) {
                return null;
            }
            keys.add(value);
        }
        return keys;
    }

    private static boolean isAddress(Type type) {
        return type.isScalar() && type.sizeInBytes() == Long.BYTES;
    }

    /** Strings are compared in the staging area, which a store has not. */
    private static boolean comparesStrings(Value value) {
        return value.contains(part -> part instanceof Value.StringEquals);
    }

    /** All assignments to entries of maps. */
    private static final class Assignments extends TreeMapper {
        private final List<CheckedStatement.AssignMap> found = new ArrayList<>();

        static List<CheckedStatement.AssignMap> of(CheckedStatement.Block body) {
            Assignments assignments = new Assignments();
            assignments.block(body);
            return assignments.found;
        }

        @Override
        CheckedStatement statement(CheckedStatement s) {
            if (s instanceof CheckedStatement.AssignMap assignment) {
                found.add(assignment);
            }
            return super.statement(s);
        }
    }
}
