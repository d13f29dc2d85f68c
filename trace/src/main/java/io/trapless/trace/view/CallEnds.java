package io.trapless.trace.view;

import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.TraceSchema;
import io.trapless.trace.pairing.EventPairing;
import io.trapless.trace.pairing.LeftFrame;
import io.trapless.trace.pairing.LossTimes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long calls took, and which were left without an exit. That a frame was unwound, and not only left for another stack, shows when the rest of the trace is known: so the trace is read twice, first
 * by {@link #read}. For one thread, once.
 */
public final class CallEnds {
    private final List<LeftFrame> left;
    private final LossTimes losses;
    private final EventPairing pairing;
    private int next;

    private CallEnds(TraceSchema schema, List<LeftFrame> left, LossTimes losses) {
        this.left = left;
        this.losses = losses;
        this.pairing = new EventPairing(schema, _ -> {});
    }

    /**
     * Reads a trace through.
     *
     * @param reader not yet read from; it is at its end then
     * @return null if the trace was recorded without durations: it has not been read then
     */
    public static @Nullable CallEnds read(TraceReader reader) {
        if (!EventPairing.appliesTo(reader.schema())) {
            return null;
        }
        List<LeftFrame> found = new ArrayList<>();
        LossTimes losses = new LossTimes();
        EventPairing pairing = new EventPairing(reader.schema(), found::add);
        reader.onLoss(loss -> losses.add(loss.fromTsc(), loss.toTsc()));
        try {
            while (reader.next()) {
                pairing.accept(reader.event());
            }
        } catch (TraceException e) {
            // Damaged: what is good has been read, and whoever prints it meets the damage too.
            losses.add(Long.MIN_VALUE, Long.MAX_VALUE);
        }
        pairing.end();
        losses.finish();
        found.removeIf(frame -> losses.touch(frame.entryTsc(), frame.leftTsc()));
        found.sort(Comparator.comparingLong(LeftFrame::leftTsc)
                .thenComparing(Comparator.comparingLong(LeftFrame::entryTsc).reversed()));
        return new CallEnds(reader.schema(), found, losses);
    }

    /** The next call that was found to be left without an exit at {@code tsc} or before; null if none is left to be told. */
    @Nullable LeftFrame nextLeft(long tsc) {
        return next < left.size() && left.get(next).leftTsc() <= tsc ? left.get(next++) : null;
    }

    /** The cycles that a call took which {@code event} ends; -1 if it ends none, or if that is not certain because events were lost. */
    long durationOf(EventRecord event) {
        long entry = pairing.accept(event);
        return entry == EventPairing.NO_ENTRY || losses.touch(entry, event.tsc()) ? -1 : event.tsc() - entry;
    }
}
