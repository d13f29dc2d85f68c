package io.trapless.script.map;

import io.trapless.language.checked.MapDescriptor;
import io.trapless.script.output.Datum;
import io.trapless.script.output.Report;
import java.util.ArrayList;
import java.util.List;

/** Buckets with their bounds, from the first that is not empty to the last. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
final class HistogramReport {
    static final Report.Histogram EMPTY = new Report.Histogram(null, List.of(), new long[0]);

    private static final long KILO = 1024;
    private static final long MEGA = 1024 * 1024;

    private HistogramReport() {}

    /**
     * @param div what counts of a logarithmic histogram are divided by
     */
    static Report.Histogram of(Buckets buckets, MapDescriptor.Parameters parameters, long div) {
        int first = buckets.first();
        if (first < 0) {
            return EMPTY;
        }
        return parameters instanceof MapDescriptor.Parameters.Linear linear
                ? linear(buckets, first, linear)
                : logarithmic(
                        buckets,
                        first,
                        parameters instanceof MapDescriptor.Parameters.Hist hist ? hist.bits() : 0,
                        div);
    }

    private static Report.Histogram logarithmic(Buckets buckets, int first, int bits, long div) {
        int last = buckets.last();
        List<Datum> labels = new ArrayList<>();
        long[] counts = new long[last - first + 1];
        for (int i = first; i <= last; i++) {
            labels.add(logarithmicLabel(i, bits));
            counts[i - first] = Long.divideUnsigned(buckets.count(i), div);
        }
        return new Report.Histogram(first == 0 ? null : logarithmicLabel(first - 1, bits), labels, counts);
    }

    /** Where bucket {@code index} ends: buckets of one number have plain bounds, wider ones a bound with a unit of 2 to the power of 10, 20, ... */
    private static Datum logarithmicLabel(int index, int bits) {
        if (index <= 2 << bits) {
            return Datum.signed(index);
        }
        int power = (index >> bits) - 1;
        int unit = power / 10;
        long mantissa = Buckets.logarithmicBound(index, bits) >>> (10 * unit);
        String suffix = unit == 0 ? "" : String.valueOf("KMGTPE".charAt(unit - 1));
        return new Datum.Symbol(Long.toUnsignedString(mantissa) + suffix, Buckets.logarithmicBound(index, bits));
    }

    private static Report.Histogram linear(Buckets buckets, int first, MapDescriptor.Parameters.Linear shape) {
        int last = buckets.last();
        List<Datum> labels = new ArrayList<>();
        long[] counts = new long[last - first + 1];
        for (int i = first; i <= last; i++) {
            long bound = shape.min() + i * shape.step();
            if (bound <= shape.max()) {
                labels.add(linearLabel(bound, shape.step()));
            }
            counts[i - first] = buckets.count(i);
        }
        Datum lower = first == 0 ? null : linearLabel(shape.min() + (first - 1) * shape.step(), shape.step());
        return new Report.Histogram(lower, labels, counts);
    }

    private static Datum linearLabel(long number, long step) {
        if (step % KILO != 0) {
            return Datum.signed(number);
        }
        String text = number == 0 || number % KILO != 0
                ? Long.toString(number)
                : number % MEGA == 0 ? number / MEGA + "M" : number / KILO + "K";
        return new Datum.Symbol(text, number);
    }
}
