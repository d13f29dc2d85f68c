package io.trapless.tracer.plan;

import io.trapless.binary.flow.ExitDoubt;
import java.util.List;
import java.util.Set;

/**
 * All exits of one function.
 *
 * @param exits those that are known, by address
 * @param doubts why there may be others; empty: there are none
 */
public record FunctionExits(List<PlannedExit> exits, Set<ExitDoubt> doubts) {
    public FunctionExits {
        exits = List.copyOf(exits);
        doubts = Set.copyOf(doubts);
    }

    /** Whether no exit can go unseen. */
    public boolean areCovered() {
        return doubts.isEmpty() && exits.stream().allMatch(exit -> exit.refusal() == null);
    }
}
