package io.trapless.tracer.plan;

import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.FunctionExit.When;
import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Liveness;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is planned at a site whose range is known, however that was found. */
final class Jumps {
    /** Instructions to look ahead for what is dead: nearly all that can be found is found in a few. */
    private static final int LIVENESS_INSTRUCTIONS = 32;

    private Jumps() {}

    /** @param section that holds the range */
    static SitePlan.Jump plan(
            DisplacedRange range, Section section, Tactic tactic, When when, int registersInNotes, StackFacts stack) {
        long site = range.site();
        return new SitePlan.Jump(
                range,
                tactic,
                when,
                deadRegisters(site, section, registersInNotes, stack),
                areFlagsDead(site, section, stack),
                stack.bytesLeft(site),
                stack.redZone(site),
                stack.bound(site));
    }

    private static int deadRegisters(long site, Section section, int registersInNotes, StackFacts stack) {
        byte[] text = section.bytes();
        int offset = Math.toIntExact(site - section.address());
        int dead = Liveness.registersDeadAt(text, offset, text.length, site, LIVENESS_INSTRUCTIONS);
        return (dead | stack.scratchRegisters(site)) & ~registersInNotes;
    }

    private static boolean areFlagsDead(long site, Section section, StackFacts stack) {
        byte[] text = section.bytes();
        int offset = Math.toIntExact(site - section.address());
        return stack.scratchRegisters(site) != 0
                || Liveness.flagsDeadAt(text, offset, text.length, site, LIVENESS_INSTRUCTIONS);
    }

    /** Whether code at a site can find out by itself how much stack there is: without any, so that it needs a register and the flags. */
    static boolean canLookForStack(long site, Section section, int registersInNotes, StackFacts stack) {
        return stack.bound(site) != null
                && deadRegisters(site, section, registersInNotes, stack) != 0
                && areFlagsDead(site, section, stack);
    }

    /** What was done to find a range that begins at its site and has room for a long jump. */
    static Tactic forward(DisplacedRange range, Section section) {
        byte[] text = section.bytes();
        Instruction instruction = new Instruction();
        int offset = Math.toIntExact(range.address() - section.address());
        if (Decoder.decode(text, offset, text.length, range.address(), instruction)
                && instruction.length() == range.lengthBytes()) {
            return instruction.isNop() ? Tactic.LONG_NOP : Tactic.SINGLE;
        }
        return Tactic.FORWARD;
    }

    static byte @Nullable [] code(@Nullable Section section, long address, int lengthBytes) {
        if (section == null || address + lengthBytes > section.end()) {
            return null;
        }
        int offset = Math.toIntExact(address - section.address());
        return Arrays.copyOfRange(section.bytes(), offset, offset + lengthBytes);
    }
}
