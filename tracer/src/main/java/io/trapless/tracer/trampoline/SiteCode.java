package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A patch as the trampoline compiler sees it.
 *
 * @param resume where the target goes on after the displaced instructions
 * @param children how often unknown vfork children come by
 * @param points none where instructions are displaced to make room
 * @param displaced emits the copy of the displaced instructions, around the probes' code
 */
public record SiteCode(long resume, UnknownChildren children, List<Point> points, Displaced displaced) {

    public SiteCode {
        points = List.copyOf(points);
    }

    /**
     * A place at which probes record.
     *
     * @param address the site in the target
     * @param deadRegisters bit n: general register n is surely overwritten before it is read
     * @param flagsDead whether the status flags are
     * @param redZone bytes below the stack pointer that the code may be using, at most {@code SystemV.RED_ZONE}
     * @param stack how much there is of it
     * @param probes one or more, recorded in this order
     */
    public record Point(
            long address, int deadRegisters, boolean flagsDead, int redZone, StackLimit stack, List<SiteProbe> probes) {
        public Point {
            probes = List.copyOf(probes);
        }
    }

    /** The copy of the displaced instructions. */
    @FunctionalInterface
    public interface Displaced {
        /**
         * Emits instructions that do, at the assembler's place, what the displaced ones did where they stood. Registers, flags and stack pointer are the target's own.
         *
         * @param atPoint to be run once with the index of each point, where the copy of its instruction begins: it emits what runs before it
         */
        void emit(Assembler asm, IntConsumer atPoint);
    }
}
