package io.trapless.binary.flow;

import io.trapless.binary.flow.Displacement.Refused;
import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.RelocationRefusal;
import io.trapless.binary.x86.Relocator;
import org.jspecify.annotations.Nullable;

/** The search behind {@link DisplacedRange#plan}, for one site. */
final class DisplacementPlanner {
    /** How far before a site a range may begin, bytes: room for a jump and the longest instruction. */
    private static final int MAX_BACKWARD = 20;

    private final CodeMap map;
    private final long site;
    private final int neededBytes;
    private final Instruction instruction = new Instruction();

    DisplacementPlanner(CodeMap map, long site, int neededBytes) {
        this.map = map;
        this.site = site;
        this.neededBytes = neededBytes;
    }

    Displacement plan() {
        Section section = map.sectionAt(site);
        if (section == null) {
            return refused(DisplacementRefusal.NOT_CODE, site);
        }
        CodeRange function = map.functionAt(site);
        if (function == null ? !map.isSwept(site) : !map.isInstructionBoundary(function.start(), site)) {
            return refused(DisplacementRefusal.NOT_AN_INSTRUCTION, site);
        }
        Displacement forward = rangeFrom(site, section, function);
        if (forward instanceof DisplacedRange || function == null || map.isTarget(site)) {
            return forward;
        }
        return backward(section, function, forward);
    }

    Displacement planBefore() {
        Section section = map.sectionAt(site);
        CodeRange function = map.functionAt(site);
        if (section == null || function == null) {
            return refused(DisplacementRefusal.NOT_CODE, site);
        }
        Displacement last = refused(DisplacementRefusal.FUNCTION_TOO_SHORT, site);
        for (long start = site - 1; start >= Math.max(function.start(), site - MAX_BACKWARD); start--) {
            if (map.isSwept(start)
                    && site - start >= neededBytes
                    && map.isInstructionBoundary(function.start(), start)) {
                last = exactly(start, section, function);
                if (last instanceof DisplacedRange) {
                    return last;
                }
            }
            if (map.isTarget(start)) {
                break;
            }
        }
        return last;
    }

    /** The range from an instruction up to the site, which control goes on to. */
    private Displacement exactly(long start, Section section, CodeRange function) {
        Displacement collected = collect(start, section, (int) (site - start));
        if (!(collected instanceof DisplacedRange range)) {
            return collected;
        }
        boolean call = CodeMap.decode(section, lastBefore(), instruction) && isCall(instruction.flow());
        if (range.end() != site || !range.fallsThrough() || call) {
            return refused(DisplacementRefusal.CALL_NOT_LAST, site);
        }
        return prove(range, section, function);
    }

    private long lastBefore() {
        long before = site - 1;
        while (!map.isSwept(before) && map.isCode(before)) {
            before--;
        }
        return before;
    }

    private Displacement backward(Section section, CodeRange function, Displacement forward) {
        for (long start = site - 1; start >= Math.max(function.start(), site - MAX_BACKWARD); start--) {
            if (!map.isSwept(start)) {
                continue;
            }
            Displacement found = rangeFrom(start, section, function);
            if (found instanceof DisplacedRange range && site - start < range.codeBytes()) {
                return map.isInstructionBoundary(function.start(), start) ? found : forward;
            }
            if (map.isTarget(start)) {
                break;
            }
        }
        return forward;
    }

    /** The range that begins at an instruction and holds the site's. */
    private Displacement rangeFrom(long start, Section section, @Nullable CodeRange function) {
        Displacement collected = collect(start, section, Math.max(neededBytes, (int) (site - start) + 1));
        return collected instanceof DisplacedRange range ? prove(range, section, function) : collected;
    }

    private Displacement collect(long start, Section section, int bytes) {
        int length = 0;
        boolean goesOn = true;
        boolean call = false;
        while (length < bytes) {
            long at = start + length;
            if (!goesOn) {
                return pad(start, section, length, bytes);
            }
            if (call) {
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
            goesOn = instruction.continues();
            call = isCall(instruction.flow());
        }
        return new DisplacedRange(start, site, length, length, goesOn);
    }

    /** Fills up with what stands behind a return or a jump, if it is padding. */
    private Displacement pad(long start, Section section, int codeBytes, int bytes) {
        int length = codeBytes;
        while (length < bytes) {
            long at = start + length;
            if (!section.contains(at)
                    || map.isTarget(at)
                    || !CodeMap.decode(section, at, instruction)
                    || !instruction.isPadding()) {
                return refused(DisplacementRefusal.FUNCTION_TOO_SHORT, at);
            }
            length += instruction.length();
        }
        // Of padding only what is needed: the rest may serve as an island.
        return new DisplacedRange(start, site, bytes, codeBytes, false);
    }

    private Displacement prove(DisplacedRange range, Section section, @Nullable CodeRange function) {
        long target = map.firstTargetIn(range.address() + 1, firstUntouched(range));
        if (target != CodeMap.NO_TARGET) {
            return refused(DisplacementRefusal.TARGET_INSIDE, target);
        }
        if (map.touchesRestartableSequence(range.address(), range.end())) {
            return refused(DisplacementRefusal.RSEQ_SECTION, range.address());
        }
        if (SignalReturn.touches(section, range.address(), range.end())) {
            return refused(DisplacementRefusal.SIGNAL_RETURN, range.address());
        }
        boolean single =
                CodeMap.decode(section, range.address(), instruction) && instruction.length() == range.lengthBytes();
        if (!single && function != null && mayBeComputedTarget(range.address(), function)) {
            return refused(DisplacementRefusal.UNRESOLVED_JUMP, range.address());
        }
        return range;
    }

    /**
     * Where others may arrive again: behind the site, and behind the bytes that become a jump. What is left of the last instruction stays as it is, so that whoever finds an instruction of his own in it finds it still. A short range may get a long
     * jump when others overlap it, and has all of its bytes proven.
     */
    private long firstUntouched(DisplacedRange range) {
        return neededBytes < DisplacedRange.JUMP_BYTES
                ? range.end()
                : Math.min(range.end(), Math.max(range.address() + neededBytes, site + 1));
    }

    /** A jump that computes its destination stays in its function, and does not go back into the first instructions: these set up what the body relies on. */
    private boolean mayBeComputedTarget(long address, CodeRange function) {
        boolean entry = address == function.start() || address == map.entrySite(function.start());
        return !entry && map.hasUnresolvedIndirectJump(function.start(), function.end());
    }

    private static boolean isCall(Flow flow) {
        return flow == Flow.CALL || flow == Flow.INDIRECT_CALL;
    }

    private static Refused refused(DisplacementRefusal reason, long at) {
        return new Refused(reason, at, null);
    }
}
