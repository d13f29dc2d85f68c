package io.trapless.tracer.plan;

import io.trapless.binary.flow.FunctionExit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exit of a function and how it is patched: at one place, at several that only together stand for it, or not at all.
 *
 * @param jumps empty if it cannot be patched
 * @param refusal why it can't; null if it can
 */
public record PlannedExit(FunctionExit exit, List<SitePlan.Jump> jumps, SitePlan.@Nullable Refused refusal) {
    public PlannedExit {
        jumps = List.copyOf(jumps);
    }
}
