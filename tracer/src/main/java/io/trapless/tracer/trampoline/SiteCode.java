package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import java.util.List;

/**
 * A site as the trampoline compiler sees it.
 *
 * @param address the site in the target
 * @param resume where the target goes on after the displaced instructions
 * @param deadRegisters bit n: general register n is surely overwritten before it is read
 * @param flagsDead whether the status flags are
 * @param vforkGuard whether this code may run in a vfork child
 * @param probes one or more, recorded in this order
 * @param displaced emits the copy of the displaced instructions, around the probes' code
 */
public record SiteCode(
        long address,
        long resume,
        int deadRegisters,
        boolean flagsDead,
        boolean vforkGuard,
        List<SiteProbe> probes,
        Displaced displaced) {

    public SiteCode {
        probes = List.copyOf(probes);
    }

    /** The copy of the displaced instructions. */
    @FunctionalInterface
    public interface Displaced {
        /**
         * Emits instructions that do, at the assembler's place, what the displaced ones did where they stood. Registers, flags and stack pointer are the target's own.
         *
         * @param atSite to be run once, where the copy of the site's instruction begins: it emits what runs before it
         */
        void emit(Assembler asm, Runnable atSite);
    }
}
