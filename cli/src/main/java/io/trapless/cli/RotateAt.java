package io.trapless.cli;

import java.time.Duration;

/** When a trace is followed by the next. */
public sealed interface RotateAt {
    /** Before it grows beyond this. */
    record Size(long bytes) implements RotateAt {}

    /** Each time this has passed. */
    record Time(Duration period) implements RotateAt {}

    /**
     * A time with its unit in small letters ({@code 30s}, {@code 10m}, {@code 1h}), or a size ({@code 500K}, {@code 1G}; {@code 10M} is a size, {@code 10m} a time).
     *
     * @throws Quantity.MalformedQuantityException it is neither
     */
    static RotateAt parse(String text) {
        try {
            return text.matches("[0-9.]+(ns|us|ms|s|m|h)")
                    ? new Time(Quantity.time(text))
                    : new Size(Quantity.sizeBytes(text));
        } catch (Quantity.MalformedQuantityException e) {
            throw new Quantity.MalformedQuantityException("'" + text
                    + "' is neither a size nor a time; give --rotate a size like 500M or a time like 10m or 1h");
        }
    }
}
