package io.trapless.tracer.plan;

import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.Displacement;
import io.trapless.binary.flow.DisplacementRefusal;
import io.trapless.binary.flow.FunctionExit.When;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a site is patched, or why not. */
public sealed interface SitePlan {
    /** What is written for it; nothing if it is refused. */
    List<Jump> jumps();

    /**
     * A jump displaces some instructions. One of fewer than {@link DisplacedRange#JUMP_BYTES} gets a short jump, and the long one stands in padding: which padding is decided when all sites are known.
     *
     * @param range addresses as the file states them
     * @param when on which way through the site's instruction the probe's code is to run
     * @param deadRegisters bit n: general register n is overwritten before the code or an operand of a USDT note reads it, on every path from the site
     * @param flagsDead so are the status flags
     * @param stackLeft bytes below the stack pointer that are surely the thread's own
     * @param redZone of these, what the code may be using
     * @param bound how it can be found out that there are more; null if it can't
     */
    record Jump(
            DisplacedRange range,
            Tactic tactic,
            When when,
            int deadRegisters,
            boolean flagsDead,
            int stackLeft,
            int redZone,
            @Nullable StackBound bound)
            implements SitePlan {
        @Override
        public List<Jump> jumps() {
            return List.of(this);
        }
    }

    /**
     * No jump is possible there, but at the places that together stand for it.
     *
     * @param jumps one for each, and at least one
     */
    record Ways(List<Jump> jumps) implements SitePlan {
        public Ways {
            jumps = List.copyOf(jumps);
        }
    }

    /**
     * Nothing may be written there.
     *
     * @param reason the kind of obstacle
     * @param sentence the reason, for the user
     */
    record Refused(DisplacementRefusal reason, String sentence) implements SitePlan {
        static Refused of(Displacement.Refused refused) {
            return new Refused(refused.reason(), refused.sentence());
        }

        @Override
        public List<Jump> jumps() {
            return List.of();
        }
    }
}
