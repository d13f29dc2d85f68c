package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * One function followed from its first instruction: which instructions control reaches, in which parts of the file they stand, and by which of them it leaves.
 *
 * <p>Exits are found among what is <em>reached</em>, so that data between the code, or code that only looks so, is never taken for one. Reached is what direct jumps, landing pads and, in a
 * function that jumps indirectly, tables and stored addresses of its labels lead to. A call is taken to return. Where that may miss an exit the function is doubtful and says why.
 * For one thread; immutable once made.
 */
public final class FunctionFlow {
    /** The longest function that is followed, bytes. */
    private static final int MAX_BYTES = 16 << 20;

    private final CodeMap map;
    private final CodeRange function;
    private final List<Part> parts = new ArrayList<>();
    private final AddressList work = new AddressList();
    private final AddressList indirectJumps = new AddressList();
    private final List<FunctionExit> exits = new ArrayList<>();
    private final Set<ExitDoubt> doubts = EnumSet.noneOf(ExitDoubt.class);
    private final Instruction instruction = new Instruction();

    /** A range of the function's code, with a bit for each byte at which a reached instruction starts. */
    private static final class Part {
        private final CodeRange range;
        private final Section section;
        private final BitSet reached = new BitSet();

        Part(CodeRange range, Section section) {
            this.range = range;
            this.section = section;
        }
    }

    private FunctionFlow(CodeMap map, CodeRange function) {
        this.map = map;
        this.function = function;
    }

    /**
     * Follows a function.
     *
     * @param function its range as its symbol tells it; one without bytes is doubtful and has no exits
     */
    public static FunctionFlow of(CodeMap map, CodeRange function) {
        FunctionFlow flow = new FunctionFlow(map, function);
        flow.run();
        return flow;
    }

    /** All exits that were found, by address. */
    public List<FunctionExit> exits() {
        return List.copyOf(exits);
    }

    /** Why there may be more; empty: there are none. */
    public Set<ExitDoubt> doubts() {
        return Set.copyOf(doubts);
    }

    /** Its own range, and those of its parts elsewhere. */
    public List<CodeRange> parts() {
        return parts.stream().map(part -> part.range).toList();
    }

    /** Whether an instruction starts at an address that control comes to. */
    public boolean reaches(long address) {
        Part part = partAt(address);
        return part != null && part.reached.get((int) (address - part.range.start()));
    }

    /**
     * Other places that together stand for a return, one byte long, in whose place nothing can be put: the branches that lead to it, and the way from the instruction before. Registers and stack are
     * there what they are at the return.
     *
     * @param exit one of {@link #exits}
     * @return empty if not all ways to it are known
     */
    public List<Way> waysTo(FunctionExit exit) {
        return exit.kind() == FunctionExit.Kind.RETURN ? waysToSingleByte(exit.address()) : List.of();
    }

    /**
     * The same for the nop of a USDT note, one byte long.
     *
     * @param nop its address; in this function
     */
    public List<Way> waysToNote(long nop) {
        return reaches(nop) && doubts.isEmpty() ? waysToSingleByte(nop) : List.of();
    }

    /**
     * One of the places that together stand for another.
     *
     * @param address of an instruction, as the file states it
     * @param when on which of the ways through it control comes to the other place
     */
    public record Way(long address, FunctionExit.When when) {}

    private List<Way> waysToSingleByte(long place) {
        if (map.isTarget(
                place,
                TargetKind.FUNCTION_START,
                TargetKind.JUMP_TABLE,
                TargetKind.ADDRESS_TAKEN,
                TargetKind.POINTER,
                TargetKind.LANDING_PAD)) {
            return List.of();
        }
        List<Way> ways = new ArrayList<>();
        for (long branch : map.branchesTo(place)) {
            Part part = partAt(branch);
            if (part == null || !reaches(branch) || !CodeMap.decode(part.section, branch, instruction)) {
                return List.of();
            }
            switch (instruction.flow()) {
                case JUMP -> ways.add(new Way(branch, FunctionExit.When.ALWAYS));
                case CONDITIONAL_JUMP -> ways.add(new Way(branch, FunctionExit.When.IF_TAKEN));
                default -> {
                    return List.of();
                }
            }
        }
        long before = place - 1;
        while (before >= place - Decoder.MAX_LENGTH && !map.isSwept(before)) {
            before--;
        }
        Part part = partAt(before);
        if (part != null
                && reaches(before)
                && CodeMap.decode(part.section, before, instruction)
                && instruction.nextAddress() == place
                && instruction.continues()) {
            ways.add(new Way(place, FunctionExit.When.FROM_BEFORE));
        }
        return ways;
    }

    private void run() {
        Section section = map.sectionAt(function.start());
        long size = function.end() - function.start();
        if (section == null || size == 0 || size > MAX_BYTES || function.end() > section.end()) {
            doubts.add(ExitDoubt.UNKNOWN_SIZE);
            return;
        }
        parts.add(new Part(function, section));
        work.add(function.start());
        if (map.isPartStart(function.start()) || map.isUnnamedStart(function.start())) {
            addEntries(); // a part is come to in many places
        }
        do {
            follow();
        } while (addRoots());
        indirectExits();
        exits.sort(Comparator.comparingLong(FunctionExit::address));
    }

    private void addEntries() {
        for (long at = function.start() + 1; at < function.end(); at++) {
            if (map.isSwept(at) && map.isTarget(at, TargetKind.DIRECT)) {
                work.add(at);
            }
        }
    }

    private void follow() {
        while (!work.isEmpty()) {
            long address = work.removeLast();
            Part part = partAt(address);
            if (part != null) {
                followPath(part, address);
            }
        }
    }

    /** Follows straight on until it was here before, or control goes elsewhere. */
    private void followPath(Part part, long from) {
        long at = from;
        boolean behindCall = false;
        while (part.range.contains(at)) {
            int offset = (int) (at - part.range.start());
            if (part.reached.get(offset)) {
                return;
            }
            if (!CodeMap.decode(part.section, at, instruction)) {
                if (!behindCall) {
                    doubts.add(ExitDoubt.UNKNOWN_CODE);
                }
                return;
            }
            part.reached.set(offset);
            if (!map.isSwept(at) && (!map.isSwept(instruction.nextAddress()) || instruction.flow() != Flow.NEXT)) {
                doubts.add(ExitDoubt.OVERLAPPING_CODE); // else a branch behind a lock prefix
            }
            visit(at);
            if (!instruction.continues() && !isSoftwareInterrupt()) {
                return;
            }
            behindCall = isCall() || (behindCall && instruction.isPadding());
            long next = instruction.nextAddress();
            if (!part.range.contains(next) && !behindCall) {
                fallThrough(at);
            }
            at = next;
        }
    }

    /** It runs on into what stands behind it, as hand-written code does. (Behind a call it does not: that call never returns.) */
    private void fallThrough(long at) {
        boolean conditional = instruction.flow() == Flow.CONDITIONAL_JUMP;
        boolean leavesAnyway = exits.removeIf(exit -> exit.address() == at);
        exits.add(new FunctionExit(
                at,
                FunctionExit.Kind.TAIL,
                conditional && !leavesAnyway ? FunctionExit.When.UNLESS_TAKEN : FunctionExit.When.ALWAYS));
    }

    private void visit(long at) {
        switch (instruction.flow()) {
            case RETURN -> {
                if (isNearReturn()) {
                    exits.add(new FunctionExit(at, FunctionExit.Kind.RETURN, FunctionExit.When.ALWAYS));
                } else {
                    doubts.add(ExitDoubt.OTHER_RETURN);
                }
            }
            case FAR -> doubts.add(ExitDoubt.OTHER_RETURN);
            case JUMP -> jump(at, instruction.target(), FunctionExit.When.ALWAYS);
            case CONDITIONAL_JUMP -> jump(at, instruction.target(), FunctionExit.When.IF_TAKEN);
            case LOOP, XBEGIN -> {
                if (partAt(instruction.target()) == null) {
                    doubts.add(ExitDoubt.AMBIGUOUS_JUMP);
                }
                work.add(instruction.target());
            }
            case INDIRECT_JUMP -> indirectJumps.add(at);
            default -> {}
        }
    }

    private void jump(long at, long target, FunctionExit.When when) {
        // A jump to its own entry is a call of itself: the entry is run through again.
        if (!isEntry(target) && (partAt(target) != null || addPart(target))) {
            work.add(target);
        } else {
            exits.add(new FunctionExit(at, FunctionExit.Kind.TAIL, when));
        }
    }

    private boolean isEntry(long address) {
        return address == function.start() || address == map.entrySite(function.start());
    }

    private @Nullable Part partAt(long address) {
        for (Part part : parts) {
            if (part.range.contains(address)) {
                return part;
            }
        }
        return null;
    }

    /** Takes in the range that a jump leads to, if it is a part of this function and no function of its own. */
    private boolean addPart(long target) {
        CodeRange range = map.functionAt(target);
        Section section = map.sectionAt(target);
        if (range == null
                || section == null
                || section != parts.getFirst().section
                || range.end() > section.end()
                || map.isCalled(range.start())
                || map.isTarget(range.start(), TargetKind.POINTER, TargetKind.ADDRESS_TAKEN)) {
            return false;
        }
        boolean part =
                map.isPartStart(range.start()) || (map.isUnnamedStart(range.start()) && jumpsBack(range, section));
        if (part) {
            parts.add(new Part(range, section));
        }
        return part;
    }

    /** Whether a direct jump of a range leads to the inside of the function: no other function would do so. */
    private boolean jumpsBack(CodeRange range, Section section) {
        Instruction candidate = new Instruction();
        for (long at = range.start(); at < range.end(); at = candidate.nextAddress()) {
            if (!CodeMap.decode(section, at, candidate)) {
                return false;
            }
            boolean jump = candidate.flow() == Flow.JUMP || candidate.flow() == Flow.CONDITIONAL_JUMP;
            if (jump && partAt(candidate.target()) != null && !isEntry(candidate.target())) {
                return true;
            }
        }
        return false;
    }

    /** Puts what else may be come to on the work list; whether there is any. */
    private boolean addRoots() {
        boolean found = false;
        boolean indirect = !indirectJumps.isEmpty();
        for (Part part : parts) {
            for (long at = part.range.start(); at < part.range.end(); at++) {
                if (part.reached.get((int) (at - part.range.start())) || !map.isSwept(at)) {
                    continue;
                }
                boolean root = map.isTarget(at, TargetKind.LANDING_PAD)
                        || (indirect
                                && map.isTarget(
                                        at, TargetKind.JUMP_TABLE, TargetKind.POINTER, TargetKind.ADDRESS_TAKEN));
                if (root) {
                    work.add(at);
                    found = true;
                }
            }
        }
        return found;
    }

    /** Sorts the indirect jumps into those that stay inside and those that leave, once all parts are known. */
    private void indirectExits() {
        boolean handsOnLabels = hasInside(_ -> true, TargetKind.POINTER, TargetKind.ADDRESS_TAKEN);
        boolean hasTable = hasInside(_ -> true, TargetKind.JUMP_TABLE);
        boolean usesTable = false;
        for (long jump : indirectJumps.toArray()) {
            usesTable |= map.isTableJump(jump);
        }
        // Who comes to a label that was reached anyway leaves by the same exits; and most are numbers that only look
        // so.
        if (indirectJumps.isEmpty() && hasInside(at -> !reaches(at), TargetKind.POINTER, TargetKind.ADDRESS_TAKEN)) {
            doubts.add(ExitDoubt.LABEL_ADDRESS);
        }
        for (long jump : indirectJumps.toSortedArray()) {
            if (map.isTableJump(jump)) {
                continue;
            }
            Part part = partAt(jump);
            if (part == null || !CodeMap.decode(part.section, jump, instruction)) {
                continue;
            }
            if (map.isUnresolvedJump(jump)) {
                doubts.add(ExitDoubt.COMPUTED_JUMP);
            } else if (instruction.isRipRelative() || (!handsOnLabels && (!hasTable || usesTable))) {
                exits.add(new FunctionExit(jump, FunctionExit.Kind.TAIL, FunctionExit.When.ALWAYS));
            } else {
                doubts.add(ExitDoubt.AMBIGUOUS_JUMP);
            }
        }
    }

    /** Whether an instruction inside that is asked for, not the first, is a target of one of some kinds. */
    private boolean hasInside(LongPredicate wanted, TargetKind... kinds) {
        for (Part part : parts) {
            for (long at = part.range.start(); at < part.range.end(); at++) {
                if (map.isTarget(at, kinds)
                        && map.isSwept(at)
                        && !isEntry(at)
                        && at != part.range.start()
                        && wanted.test(at)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isCall() {
        return instruction.flow() == Flow.CALL || instruction.flow() == Flow.INDIRECT_CALL;
    }

    /** {@code int n} comes back. */
    private boolean isSoftwareInterrupt() {
        return instruction.isOneByte(0xCD);
    }

    private boolean isNearReturn() {
        return instruction.opcodeMap() == Instruction.MAP_ONE_BYTE && (instruction.opcode() & 0xFE) == 0xC2;
    }
}
