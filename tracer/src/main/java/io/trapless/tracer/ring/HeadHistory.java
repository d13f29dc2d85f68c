package io.trapless.tracer.ring;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the writers of one ring were, and when, seen every hour or so. A record holds the low 48 bits of its time; those of two records that are written one after the other may lie days apart where
 * little happens, and then only this tells how often the bits have wrapped around between them (at 2.3 GHz they do every 34 hours).
 *
 * <p>Any thread.
 */
final class HeadHistory {
    private final long capacity;
    private final List<Sighting> sightings = new ArrayList<>();

    /**
     * One position of the head.
     *
     * @param position everything below it had been written at {@code firstCycles}
     * @param firstCycles TSC when the head was seen here first
     * @param lastCycles TSC when it was seen here last: nothing behind it had been written
     */
    record Sighting(long position, long firstCycles, long lastCycles) {}

    /** {@code capacity}: bytes of the ring; positions that have been written over are forgotten. */
    HeadHistory(long capacity) {
        this.capacity = capacity;
    }

    /** Notes that the head is at {@code position}; {@code cycles} is the TSC, read at the same time. */
    synchronized void note(long position, long cycles) {
        if (!sightings.isEmpty() && sightings.getLast().position() >= position) {
            Sighting last = sightings.removeLast();
            sightings.add(new Sighting(last.position(), last.firstCycles(), cycles));
            return;
        }
        sightings.add(new Sighting(position, cycles, cycles));
        // One below what the ring holds is kept: it tells how old its oldest record can be.
        while (sightings.size() > 1 && sightings.get(1).position() <= position - capacity) {
            sightings.removeFirst();
        }
    }

    /** A time at which nothing at or behind {@code position} had been written, the latest that is known; {@link PacketEmitter#UNKNOWN_TIME} if none is. */
    synchronized long before(long position) {
        long latest = PacketEmitter.UNKNOWN_TIME;
        for (Sighting sighting : sightings) {
            if (sighting.position() <= position) {
                latest = sighting.lastCycles();
            }
        }
        return latest;
    }

    /** What was seen strictly between two positions, in order. */
    synchronized List<Sighting> between(long from, long to) {
        return sightings.stream()
                .filter(s -> s.position() > from && s.position() < to)
                .toList();
    }

    /** How many positions are remembered. */
    synchronized int size() {
        return sightings.size();
    }
}
