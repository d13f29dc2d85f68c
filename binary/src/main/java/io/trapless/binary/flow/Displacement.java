package io.trapless.binary.flow;

import io.trapless.binary.x86.RelocationRefusal;
import org.jspecify.annotations.Nullable;

/** Whether instructions can make room for a jump: a {@link DisplacedRange}, or why not. */
public sealed interface Displacement permits DisplacedRange, Displacement.Refused {
    /**
     * Nothing can be displaced.
     *
     * @param at the address that the reason is about
     * @param detail with {@link DisplacementRefusal#UNRELOCATABLE}: what is special about the instruction
     */
    record Refused(
            DisplacementRefusal reason, long at, @Nullable RelocationRefusal detail) implements Displacement {
        /** For the user. */
        public String sentence() {
            return (detail == null ? reason.sentence() : detail.sentence()) + " (at 0x" + Long.toHexString(at) + ")";
        }
    }
}
