package io.trapless.tracer.session;

import io.trapless.language.slice.ArgumentTypes;
import io.trapless.trace.event.EventType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives out event ids. The same clause at the same place of the same file has the same id in every process: a record says itself whose it is, and a session that follows thousands of processes
 * needs no more ids than one. For one thread.
 */
final class EventIds {
    private final Map<Key, Integer> ids = new HashMap<>();
    private final List<Integer> clauses = new ArrayList<>();

    /** What tells one kind of event from another: its clause, the probe's name, where it is in its file, and what it captures. */
    private record Key(int clause, String probe, long fileAddress, ArgumentTypes types) {}

    /** The id of a probe, or -1: there are no more. */
    int of(int clause, String probe, long fileAddress, ArgumentTypes types) {
        Key key = new Key(clause, probe, fileAddress, types);
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        int next = ids.size();
        if (next > EventType.MAX_ID) {
            return -1;
        }
        ids.put(key, next);
        clauses.add(clause);
        return next;
    }

    /** The clause of an id that was given out. */
    int clauseOf(int id) {
        return clauses.get(id);
    }
}
