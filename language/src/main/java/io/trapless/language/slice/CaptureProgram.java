package io.trapless.language.slice;

import io.trapless.language.syntax.ProbePattern;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one clause wants captured in the target: the input of the trampoline compiler. The event is recorded when there is no filter or when the filter's value is not 0.
 *
 * @param probes the attach points of the clause, in its order
 * @param filter the condition; a read that fails in it gives 0 (an empty string) and sets no fault bit
 * @param captures the fields, in record order; at most {@link Limits#MAX_CAPTURES}; those that may fault stand among the first {@link Limits#MAX_FAULT_BITS}
 * @param allArguments the clause has no block and the site is a USDT probe: {@code captures} are all its arguments, {@code arg0} and up
 * @param aggregation what takes the place of a record wherever that is possible, or null; the handler of the record does the same
 * @param stores what is kept in mirrors when the event is recorded, after all captures were computed, in this order
 */
public record CaptureProgram(
        List<ProbePattern> probes,
        @Nullable Value filter,
        List<Capture> captures,
        boolean allArguments,
        @Nullable Aggregation aggregation,
        List<MirrorStore> stores) {
    public CaptureProgram {
        probes = List.copyOf(probes);
        captures = List.copyOf(captures);
        stores = List.copyOf(stores);
    }

    /** Records alone. */
    public CaptureProgram(
            List<ProbePattern> probes, @Nullable Value filter, List<Capture> captures, boolean allArguments) {
        this(probes, filter, captures, allArguments, null, List.of());
    }

    /** The same with an aggregation in the place of records. */
    public CaptureProgram with(@Nullable Aggregation pushed) {
        return new CaptureProgram(probes, filter, captures, allArguments, pushed, stores);
    }

    /** Whether any field may fail to be read: the event then begins with {@code _fault} and {@code _cut}. */
    public boolean mayFault() {
        return captures.stream().anyMatch(Capture::mayFault);
    }

    /** The most bytes that the fields can take in a record, fault and cut bits not counted. */
    public int maxFieldBytes() {
        return captures.stream().mapToInt(c -> c.type().maxRecordBytes()).sum();
    }
}
