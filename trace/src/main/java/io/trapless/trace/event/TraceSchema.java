package io.trapless.trace.event;

import java.util.BitSet;
import java.util.List;
import java.util.UUID;

/**
 * All that a reader must know to understand a trace's records.
 *
 * @param uuid the session's, in every packet header
 * @param events in any order; ids are unique
 */
public record TraceSchema(UUID uuid, TraceClock clock, Environment environment, List<EventType> events) {
    public TraceSchema {
        events = List.copyOf(events);
        BitSet ids = new BitSet();
        for (EventType event : events) {
            if (ids.get(event.id())) {
                throw new IllegalArgumentException("two event types with id " + event.id());
            }
            ids.set(event.id());
        }
    }

    /** The same schema with a better clock: the calibration at the end of a session. */
    public TraceSchema withClock(TraceClock newClock) {
        return new TraceSchema(uuid, newClock, environment, events);
    }

    /** The same schema with other events: a session that found new sites. */
    public TraceSchema withEvents(List<EventType> newEvents) {
        return new TraceSchema(uuid, clock, environment, newEvents);
    }
}
