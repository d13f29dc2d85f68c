package io.trapless.tracer.ring;

/** How many more events a session may take ({@code --max-events}); shared by the rings of one consumer. The consumer's thread only. */
final class EventBudget {
    private long remaining;

    EventBudget(long maxEvents) {
        this.remaining = maxEvents;
    }

    long remaining() {
        return remaining;
    }

    void spend(long events) {
        remaining -= events;
    }

    boolean exhausted() {
        return remaining <= 0;
    }
}
