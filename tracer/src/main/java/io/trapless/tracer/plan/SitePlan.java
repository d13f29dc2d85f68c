package io.trapless.tracer.plan;

import io.trapless.binary.flow.DisplacedRange;

/** How a site is patched, or why not. */
public sealed interface SitePlan {
    /**
     * A jump displaces some instructions.
     *
     * @param range addresses as the file states them
     * @param original the bytes of the whole range, padding included
     * @param deadRegisters bit n: general register n is overwritten before the code or an operand of a USDT note reads it, on every path from the
     *     site
     * @param flagsDead so are the status flags
     * @param vforkGuard whether the code may run in a vfork child, which borrows its parent's thread area
     */
    record Jump(DisplacedRange range, byte[] original, int deadRegisters, boolean flagsDead, boolean vforkGuard)
            implements SitePlan {

        /**
         * The same with what probes elsewhere capture kept alive: the code no longer reads it, but they do, further on.
         *
         * @param registers bit n: general register n
         */
        public Jump keeping(int registers, boolean flags) {
            return new Jump(range, original, deadRegisters & ~registers, flagsDead && !flags, vforkGuard);
        }
    }

    /**
     * Nothing may be written there.
     *
     * @param sentence the reason, for the user
     */
    record Refused(String sentence) implements SitePlan {}
}
