package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.RelocationRefusal;
import io.trapless.binary.x86.Relocator;
import org.jspecify.annotations.Nullable;

/**
 * Instructions that can make room for a jump: whole ones, at which nothing arrives but at the first, and which have the same effect elsewhere.
 *
 * @param address of the first one
 * @param lengthBytes that may be overwritten: the instructions and, where control does not go on behind them, padding
 * @param codeBytes of it that are instructions to be copied; not more than {@code lengthBytes}
 * @param fallsThrough whether control can go on behind the last instruction (after a call: when it returns)
 */
public record DisplacedRange(long address, int lengthBytes, int codeBytes, boolean fallsThrough)
        implements Displacement {

    /** The address after the last byte that may be overwritten. */
    public long end() {
        return address + lengthBytes;
    }

    /**
     * Finds the range that begins at a site and has at least {@code neededBytes} (5 for a jump with a 32-bit displacement). An instruction that is long enough by itself
     * is displaced alone.
     *
     * @param map of the image
     * @param site the address of an instruction, as the file states it. That it is itself a target is harmless
     */
    public static Displacement plan(CodeMap map, long site, int neededBytes) {
        Section section = map.sectionAt(site);
        if (section == null) {
            return refused(DisplacementRefusal.NOT_CODE, site);
        }
        CodeRange function = map.functionAt(site);
        if (function == null ? !map.isSwept(site) : !map.isInstructionBoundary(function.start(), site)) {
            return refused(DisplacementRefusal.NOT_AN_INSTRUCTION, site);
        }
        Displacement collected = collect(map, section, site, neededBytes);
        return collected instanceof DisplacedRange range ? range.prove(map, function) : collected;
    }

    private Displacement prove(CodeMap map, @Nullable CodeRange function) {
        long target = map.firstTargetIn(address + 1, end());
        if (target != CodeMap.NO_TARGET) {
            return refused(DisplacementRefusal.TARGET_INSIDE, target);
        }
        if (map.touchesRestartableSequence(address, end())) {
            return refused(DisplacementRefusal.RSEQ_SECTION, address);
        }
        boolean severalInstructions = !isSingleInstruction(map);
        if (severalInstructions && mayBeComputedTarget(map, function)) {
            return refused(DisplacementRefusal.UNRESOLVED_JUMP, address);
        }
        return this;
    }

    private boolean isSingleInstruction(CodeMap map) {
        Section section = map.sectionAt(address);
        Instruction instruction = new Instruction();
        return section != null
                && CodeMap.decode(section, address, instruction)
                && instruction.length() == lengthBytes;
    }

    /** A jump that computes its destination stays in its function, and does not go back into the first instructions: these set up what the body relies on. */
    private boolean mayBeComputedTarget(CodeMap map, @Nullable CodeRange function) {
        if (function == null) {
            return false;
        }
        boolean entry = address == function.start() || address == map.entrySite(function.start());
        return !entry && map.hasUnresolvedIndirectJump(function.start(), function.end());
    }

    private static Displacement collect(CodeMap map, Section section, long site, int neededBytes) {
        Instruction instruction = new Instruction();
        int length = 0;
        Flow last = Flow.NEXT;
        while (length < neededBytes) {
            long at = site + length;
            if (length > 0 && !continues(last)) {
                return pad(map, section, site, length, neededBytes);
            }
            if (isCall(last)) {
                return refused(DisplacementRefusal.CALL_NOT_LAST, at);
            }
            if (!section.contains(at)) {
                return refused(DisplacementRefusal.FUNCTION_TOO_SHORT, at);
            }
            if (!CodeMap.decode(section, at, instruction)) {
                return refused(DisplacementRefusal.UNKNOWN_CODE, at);
            }
            RelocationRefusal detail = Relocator.refusal(instruction);
            if (detail != null) {
                return new Refused(DisplacementRefusal.UNRELOCATABLE, at, detail);
            }
            length += instruction.length();
            last = instruction.flow();
        }
        return new DisplacedRange(site, length, length, continues(last));
    }

    /** Fills up with what stands behind a return or a jump, if it is padding. */
    private static Displacement pad(CodeMap map, Section section, long site, int codeBytes, int neededBytes) {
        Instruction instruction = new Instruction();
        int length = codeBytes;
        while (length < neededBytes) {
            long at = site + length;
            if (!section.contains(at)
                    || map.isTarget(at)
                    || !CodeMap.decode(section, at, instruction)
                    || !instruction.isPadding()) {
                return refused(DisplacementRefusal.FUNCTION_TOO_SHORT, at);
            }
            length += instruction.length();
        }
        return new DisplacedRange(site, length, codeBytes, false);
    }

    private static boolean isCall(Flow flow) {
        return flow == Flow.CALL || flow == Flow.INDIRECT_CALL;
    }

    private static boolean continues(Flow flow) {
        return switch (flow) {
            case JUMP, INDIRECT_JUMP, RETURN, TRAP, FAR -> false;
            default -> true;
        };
    }

    private static Refused refused(DisplacementRefusal reason, long at) {
        return new Refused(reason, at, null);
    }
}
