package io.trapless.script.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/**
 * The clocks of this machine, all in nanoseconds. {@code CLOCK_MONOTONIC} is what {@link System#nanoTime} reads on Linux; the others are told by constant differences from it, taken when the object is made.
 *
 * @param bootOffset CLOCK_BOOTTIME minus CLOCK_MONOTONIC: how long the machine has slept
 * @param wallOffset the wall clock (since 1970) minus CLOCK_BOOTTIME
 */
public record Clocks(long bootOffset, long wallOffset) {
    /** Below this the difference is only the coarseness of {@code /proc/uptime}, which counts in 10 ms. */
    private static final long COARSE_NANOS = 50_000_000;

    private static final long BILLION = 1_000_000_000L;

    /** The clocks as they stand now. */
    public static Clocks now() {
        long monotonic = System.nanoTime();
        long slept = uptimeNanos(monotonic) - monotonic;
        long bootOffset = Math.abs(slept) < COARSE_NANOS ? 0 : slept;
        Instant wall = Instant.now();
        long wallNanos = wall.getEpochSecond() * BILLION + wall.getNano();
        return new Clocks(bootOffset, wallNanos - (System.nanoTime() + bootOffset));
    }

    private static long uptimeNanos(long otherwise) {
        try {
            String text = Files.readString(Path.of("/proc/uptime"), StandardCharsets.US_ASCII);
            return (long) (Double.parseDouble(text.substring(0, text.indexOf(' '))) * BILLION);
        } catch (IOException | RuntimeException e) {
            return otherwise;
        }
    }

    /** CLOCK_BOOTTIME. */
    public long bootNanos() {
        return System.nanoTime() + bootOffset;
    }

    /** The local wall time at a CLOCK_BOOTTIME. */
    public ZonedDateTime wallTime(long bootNanos) {
        long nanos = bootNanos + wallOffset;
        return Instant.ofEpochSecond(Math.floorDiv(nanos, BILLION), Math.floorMod(nanos, BILLION))
                .atZone(ZoneId.systemDefault());
    }
}
