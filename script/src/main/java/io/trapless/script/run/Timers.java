package io.trapless.script.run;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.ProbeKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;

/** The interval probes: which is due when. Of several that are due at one time the first in the program comes first. */
final class Timers {
    /** One that falls further behind than this many periods skips what it missed. */
    private static final int MAX_BEHIND = 1000;

    private final List<Timer> timers = new ArrayList<>();

    private static final class Timer {
        final CheckedAction action;
        final long period;
        long due;

        Timer(CheckedAction action, long period) {
            this.action = action;
            this.period = period;
        }
    }

    Timers(List<CheckedAction> actions) {
        for (CheckedAction action : actions) {
            if (action.kind() instanceof ProbeKind.Interval(long nanos)) {
                timers.add(new Timer(action, Math.max(1, nanos)));
            }
        }
    }

    boolean isEmpty() {
        return timers.isEmpty();
    }

    int count() {
        return timers.size();
    }

    /** Starts all of them. */
    void start(long now) {
        timers.forEach(timer -> timer.due = now + timer.period);
    }

    /** When the next is due; {@code Long.MAX_VALUE} if there is none. */
    long nextDue() {
        long next = Long.MAX_VALUE;
        for (Timer timer : timers) {
            next = Math.min(next, timer.due);
        }
        return next;
    }

    /**
     * Fires the one that is due first.
     *
     * @param fire gets the action and the time at which it was due
     * @return false if none is due
     */
    boolean fire(long now, ObjLongConsumer<CheckedAction> fire) {
        Timer first = null;
        for (Timer timer : timers) {
            if (timer.due <= now && (first == null || timer.due < first.due)) {
                first = timer;
            }
        }
        if (first == null) {
            return false;
        }
        long due = first.due;
        long behind = (now - due) / first.period;
        first.due += behind > MAX_BEHIND ? behind * first.period : first.period;
        fire.accept(first.action, due);
        return true;
    }
}
