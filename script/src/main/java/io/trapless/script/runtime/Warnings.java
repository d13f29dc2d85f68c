package io.trapless.script.runtime;

import io.trapless.script.output.HelperFailure;
import io.trapless.script.output.Output;
import io.trapless.script.output.Place;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What goes wrong in handlers without ending them. The first of each kind at each place is told at once, the rest are counted and told at the end: a probe may fire a million times a second.
 */
public final class Warnings {
    /** Which warnings are wanted. */
    public enum Level {
        NONE,
        /** What can only be a mistake. */
        NORMAL,
        /** Reads that gave zero too. */
        ALL
    }

    private Output output;
    private final Level level;
    private final Map<Key, long[]> counts = new LinkedHashMap<>();

    private record Key(Place place, String text) {}

    public Warnings(Output output, Level level) {
        this.output = output;
        this.level = level;
    }

    /** Lets everything from now on go to another output. */
    void setOutput(Output newOutput) {
        output = newOutput;
    }

    /** A division by zero. */
    void divisionByZero(Place place) {
        warn(
                Level.NORMAL,
                place,
                "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.");
    }

    /** An index outside of its array. */
    void outOfBounds(Place place) {
        warn(Level.NORMAL, place, "Array access out of bounds. This can lead to unexpected results.");
    }

    /** An update that found no room. */
    void mapFull(Place place) {
        mapFull(place, 1);
    }

    /** So many updates that found no room. */
    void mapFull(Place place, long times) {
        warn(
                Level.NORMAL,
                place,
                times,
                "Map full; can't update element. Try increasing max_map_keys config or manually setting the max entries in a map declaration e.g. `let @a = hash(5000)`",
                helper("map_update_elem", -7));
    }

    /** A key to delete that was not there. */
    void nothingToDelete(Place place) {
        warn(
                Level.NORMAL,
                place,
                1,
                "Can't delete map element because it does not exist.",
                helper("map_delete_elem", -2));
    }

    /** A key to read that was not there. */
    void nothingToRead(Place place) {
        warn(Level.ALL, place, 1, "Can't lookup map element because it does not exist.", helper("map_lookup_elem", 0));
    }

    /** Memory that can't be read. */
    void unreadable(Place place) {
        HelperFailure failure = helper("probe_read_user", -14);
        warn(Level.ALL, place, 1, failure.reason(), failure);
    }

    /** Whether reads that gave zero are told. */
    boolean tellsReads() {
        return level == Level.ALL;
    }

    private void warn(Level wanted, Place place, String text) {
        warn(wanted, place, 1, text, null);
    }

    private static HelperFailure helper(String name, int code) {
        return new HelperFailure(name, code, NameTable.ERRORS.name(-code));
    }

    private void warn(Level wanted, Place place, long times, String text, @Nullable HelperFailure failure) {
        if (level.compareTo(wanted) < 0) {
            return;
        }
        long[] count = counts.computeIfAbsent(new Key(place, text), _ -> new long[1]);
        if (count[0] == 0) {
            output.runtimeWarning(text, failure, place);
        }
        count[0] += times;
    }

    /** Tells what was only counted. */
    public void summary() {
        counts.forEach((key, count) -> {
            if (count[0] > 1) {
                output.runtimeWarning(key.text() + " (" + count[0] + " times in all)", key.place());
            }
        });
    }
}
