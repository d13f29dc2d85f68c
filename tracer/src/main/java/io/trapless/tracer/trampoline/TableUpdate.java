package io.trapless.tracer.trampoline;

import io.trapless.language.slice.TableShape;
import io.trapless.language.slice.Value;
import io.trapless.tracer.table.TableLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a probe does in the place of a record.
 *
 * @param place the table
 * @param keys the numbers that make the key
 * @param value what is accumulated; null for {@code count}
 */
public record TableUpdate(
        TableLayout.Place place, List<Value> keys, @Nullable Value value) {
    public TableUpdate {
        keys = List.copyOf(keys);
    }

    /** Keys and value. */
    List<Value> values() {
        List<Value> all = new ArrayList<>(keys);
        if (value != null) {
            all.add(value);
        }
        return all;
    }

    /** Whether the code needs rcx: histograms of more precision shift by a variable. */
    boolean needsRcx() {
        return place.shape().buckets() instanceof TableShape.Buckets.Logarithmic(int bits) && bits > 0;
    }
}
