package io.trapless.tracer.session;

/**
 * When a recording closes its trace and begins the next.
 *
 * @param sizeBytes before a trace would grow beyond this, metadata not counted; {@code Long.MAX_VALUE}: no limit
 * @param periodNanos each time this has passed, if there has been an event; {@code Long.MAX_VALUE}: never
 */
public record Rotation(long sizeBytes, long periodNanos) {
    /** One trace for all. */
    public static final Rotation NONE = new Rotation(Long.MAX_VALUE, Long.MAX_VALUE);

    public static Rotation bySize(long sizeBytes) {
        return new Rotation(sizeBytes, Long.MAX_VALUE);
    }

    public static Rotation byTime(long periodNanos) {
        return new Rotation(Long.MAX_VALUE, periodNanos);
    }

    boolean isAny() {
        return !equals(NONE);
    }

    boolean isByTime() {
        return periodNanos != Long.MAX_VALUE;
    }
}
