package io.trapless.bench;

import org.jspecify.annotations.Nullable;

/**
 * One result.
 *
 * @param tool {@code trapless}, {@code lttng-ust}, ..., or {@code floor} for what needs no tool
 * @param mode what the tool did
 * @param threads threads of the target that ran at the same time
 * @param events events of all threads together
 * @param nanosPerEvent CPU time of the target's threads for one event, the surrounding call and loop included
 * @param baselineNanos the same for the untouched call (for the floors: of the empty loop)
 * @param cpuSeconds CPU time of the target's threads and of the tool's own processes
 * @param lost events that the tool says were lost; -1 if it does not say
 * @param unavailable why there is no result, or null; then the figures mean nothing
 */
public record Row(
        String tool,
        String mode,
        int threads,
        long events,
        double nanosPerEvent,
        double baselineNanos,
        double cpuSeconds,
        long lost,
        @Nullable String unavailable) {

    /** A row without a result. */
    static Row unavailable(String tool, String mode, String why) {
        return new Row(tool, mode, 0, 0, Double.NaN, Double.NaN, Double.NaN, -1, why);
    }

    /** What the tool adds to the untouched call. */
    public double addedNanos() {
        return nanosPerEvent - baselineNanos;
    }

    /** True if both rows measure the same thing. */
    boolean isSameCase(Row other) {
        return tool.equals(other.tool) && mode.equals(other.mode) && threads == other.threads;
    }

    /** Of two measurements of the same thing, the one that was disturbed less, with the losses of the worse. */
    Row best(Row other) {
        Row better = nanosPerEvent <= other.nanosPerEvent ? this : other;
        return new Row(
                tool,
                mode,
                threads,
                better.events,
                better.nanosPerEvent,
                better.baselineNanos,
                better.cpuSeconds,
                Math.max(lost, other.lost),
                better.unavailable);
    }
}
