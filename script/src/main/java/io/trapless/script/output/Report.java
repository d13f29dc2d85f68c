package io.trapless.script.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code print} shows: a value, or what an aggregation has gathered. */
public sealed interface Report {
    /** One value. */
    record Single(Datum value) implements Report {}

    /**
     * A histogram.
     *
     * @param lowerBound where the first bucket begins; null if it has no lower bound
     * @param labels the exclusive upper bounds of the buckets; one fewer than {@code counts} if the last bucket has none
     * @param counts hits by bucket. The array is not copied: nobody may change it
     */
    record Histogram(@Nullable Datum lowerBound, List<Datum> labels, long[] counts) implements Report {
        public Histogram {
            labels = List.copyOf(labels);
        }
    }

    /** A map with keys, in the order in which it is shown. */
    record Table(List<Row> rows) implements Report {
        public Table {
            rows = List.copyOf(rows);
        }
    }

    /** One line of a {@link Table}. */
    record Row(Datum key, Report value) {}

    /**
     * What {@code avg} and {@code stats} have gathered: a name for JSON, transparent otherwise.
     *
     * @param content a {@link Single} or a {@link Table}
     */
    record Statistics(Report content) implements Report {}

    /** Values by interval of time, oldest first. */
    record TimeSeries(List<Point> points) implements Report {
        public TimeSeries {
            points = List.copyOf(points);
        }
    }

    /**
     * One interval of a {@link TimeSeries}.
     *
     * @param epochNanos its begin, in nanoseconds since 1970
     * @param value null if nothing came in
     */
    record Point(long epochNanos, @Nullable Datum value) {}
}
