package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.RestartableSequence;
import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where control may arrive in the code of one image, other than from the instruction before: the facts for "no branch enters these bytes".
 *
 * <p>The targets are: function starts; destinations of the direct branches of the whole image; entries of jump tables; addresses of code that instructions form or data
 * hold; landing pads. They are a superset: what merely looks like an address counts. Return addresses are not among them, because whoever displaces instructions never
 * displaces a call other than last. Addresses are as the file states them. Immutable after {@link #analyze}, but to be asked by one thread at a time.
 */
public final class CodeMap {
    /** What {@link #firstTargetIn} returns when there is none. */
    public static final long NO_TARGET = -1;

    /** How far before a restartable sequence its descriptor may be stored, when the storing instruction is not found. */
    private static final int STORE_DISTANCE = 64;

    private final CodeMarks marks;
    private final FunctionTable functions;
    private final long[] unresolvedJumps;

    /** Jumps that go by a table of the function's own labels. */
    private final long[] tableJumps;

    private final List<CodeRange> restartable;
    private final long[] partStarts;
    private final long[] unnamedStarts;
    private final PaddingRuns padding;
    private final BranchSources branchesToSingleBytes;

    /** Where instructions start in the function that was asked about last, by offset, as far as it has been decoded. */
    private final BitSet boundaries = new BitSet();

    private long boundariesOf = NO_TARGET;
    private long decodedTo;

    private CodeMap(CodeMarks marks, FunctionTable functions, JumpClasses jumps, CodeSweep sweep, ImageView view) {
        this.marks = marks;
        this.functions = functions;
        this.unresolvedJumps = jumps.unresolved;
        this.tableJumps = jumps.byTable;
        this.restartable = protect(view.restartableSequences(), sweep.descriptorUses());
        this.partStarts = sorted(view.partStarts());
        this.unnamedStarts = sorted(view.unnamedStarts());
        this.padding = new PaddingRuns(sweep.padding());
        this.branchesToSingleBytes = sweep.branchesToSingleBytes();
    }

    private static long[] sorted(long[] addresses) {
        long[] copy = addresses.clone();
        Arrays.sort(copy);
        return copy;
    }

    /** Reads all code of an image once; takes time in proportion to it (about 0.1 s for a megabyte when the JVM is cold, less when warm). */
    public static CodeMap analyze(ImageView view) {
        CodeMarks marks = new CodeMarks(view.executableSections());
        FunctionTable functions = new FunctionTable(view.functions());
        CodeSweep sweep = new CodeSweep(view, marks, functions);
        sweep.run(functions.starts());
        return new CodeMap(marks, functions, new JumpClasses(sweep, view, marks, functions), sweep, view);
    }

    /** The indirect jumps, by what is known of them; ascending. */
    private static final class JumpClasses {
        private final long[] unresolved;
        private final long[] byTable;

        JumpClasses(CodeSweep sweep, ImageView view, CodeMarks marks, FunctionTable functions) {
            IndirectJumps indirect = new IndirectJumps(marks, functions, sweep.labelTables());
            AddressList nothingKnown = new AddressList();
            AddressList tables = new AddressList();
            for (long jump : sweep.registerJumps()) {
                switch (indirect.classify(jump)) {
                    case NOTHING -> nothingKnown.add(jump);
                    case TABLE -> tables.add(jump);
                    case VALUE -> {}
                }
            }
            AddressTables addressTables = new AddressTables(view.dataSections(), marks, functions);
            long[] jumps = sweep.tableJumps();
            long[] through = sweep.jumpedThrough();
            for (int i = 0; i < jumps.length; i++) {
                if (addressTables.holdsLabels(jumps[i], through[i])) {
                    tables.add(jumps[i]);
                }
            }
            unresolved = nothingKnown.toArray();
            byTable = tables.toSortedArray();
        }
    }

    /** From the instruction that takes the descriptor's address to the end of the sequence: in between the thread may be armed. */
    private static List<CodeRange> protect(List<RestartableSequence> sequences, long[] descriptorUses) {
        List<CodeRange> ranges = new ArrayList<>();
        for (RestartableSequence sequence : sequences) {
            long from = sequence.start() - STORE_DISTANCE;
            for (long use : descriptorUses) {
                if (use < sequence.start() && use > sequence.start() - 4096) {
                    from = Math.min(from, use);
                }
            }
            ranges.add(new CodeRange(from, Math.max(from, sequence.end())));
        }
        return List.copyOf(ranges);
    }

    /** Whether control may arrive at an address by other ways than from the instruction before it; true outside the code. */
    public boolean isTarget(long address) {
        return !isCode(address) || marks.isTarget(address);
    }

    /** Why an address is a target; null if it is none. */
    public @Nullable TargetKind kindOf(long address) {
        int facts = marks.get(address);
        for (TargetKind kind : TargetKind.values()) {
            if ((facts & kind.bit) != 0) {
                return kind;
            }
        }
        return null;
    }

    /** The lowest target in a range of addresses, or {@link #NO_TARGET}. */
    public long firstTargetIn(long fromInclusive, long toExclusive) {
        for (long address = fromInclusive; address < toExclusive; address++) {
            if (isTarget(address)) {
                return address;
            }
        }
        return NO_TARGET;
    }

    public boolean isCode(long address) {
        return marks.find(address) >= 0;
    }

    /** The executable section that holds an address, with its bytes; null if none does. */
    public @Nullable Section sectionAt(long address) {
        return marks.sectionAt(address);
    }

    /** The function, or part of one, that holds an address; the innermost if they nest; null if none is known there. */
    public @Nullable CodeRange functionAt(long address) {
        return functions.at(address);
    }

    /** Where a function can be patched first: its start, or the instruction after an ENDBR64 there. */
    public long entrySite(long functionStart) {
        Instruction instruction = new Instruction();
        Section section = marks.sectionAt(functionStart);
        return section != null && decode(section, functionStart, instruction) && instruction.isEndbr64()
                ? instruction.nextAddress()
                : functionStart;
    }

    /** Whether an instruction begins at {@code address} when one decodes from the function's start on. */
    public boolean isInstructionBoundary(long functionStart, long address) {
        Section section = marks.sectionAt(functionStart);
        if (section == null || !section.contains(address) || address < functionStart) {
            return false;
        }
        if (functionStart != boundariesOf) {
            boundaries.clear();
            boundariesOf = functionStart;
            decodedTo = functionStart;
        }
        Instruction instruction = new Instruction();
        while (decodedTo <= address && decode(section, decodedTo, instruction)) {
            boundaries.set((int) (decodedTo - functionStart));
            decodedTo = instruction.nextAddress();
        }
        return boundaries.get((int) (address - functionStart));
    }

    /** Whether the linear reading of all code found an instruction that begins here: all that can be said where no function is known. */
    public boolean isSwept(long address) {
        return (marks.get(address) & CodeMarks.BOUNDARY) != 0;
    }

    /** Whether a jump in the range computes its destination in a way that could not be followed: it might go anywhere in its function. */
    public boolean hasUnresolvedIndirectJump(long fromInclusive, long toExclusive) {
        int found = Arrays.binarySearch(unresolvedJumps, fromInclusive);
        int first = found >= 0 ? found : -found - 1;
        return first < unresolvedJumps.length && unresolvedJumps[first] < toExclusive;
    }

    /** The addresses of all such jumps, ascending. */
    public long[] unresolvedIndirectJumps() {
        return unresolvedJumps.clone();
    }

    /** Whether a range touches a restartable sequence of the program, or the instructions between its arming and its start. */
    public boolean touchesRestartableSequence(long fromInclusive, long toExclusive) {
        for (CodeRange range : restartable) {
            if (range.intersects(fromInclusive, toExclusive)) {
                return true;
            }
        }
        return false;
    }

    /** Whether the indirect jump at an address goes by a table of labels of its own function. */
    boolean isTableJump(long address) {
        return Arrays.binarySearch(tableJumps, address) >= 0;
    }

    /** Whether the destination of the indirect jump at an address is computed in a way that could not be followed. */
    boolean isUnresolvedJump(long address) {
        return Arrays.binarySearch(unresolvedJumps, address) >= 0;
    }

    /** Whether a range of {@link ImageView#functions} that starts here is surely a part of a function. */
    boolean isPartStart(long address) {
        return Arrays.binarySearch(partStarts, address) >= 0;
    }

    /**
     * Whether a range that no symbol names is surely no function but a part that the compiler has split off one: a trap alone, for what it knows never to happen, to which there are jumps, and neither calls nor pointers.
     */
    public boolean isTrapOfOthers(CodeRange range) {
        Instruction instruction = new Instruction();
        Section section = marks.sectionAt(range.start());
        return section != null
                && decode(section, range.start(), instruction)
                && instruction.flow() == Flow.TRAP
                && instruction.nextAddress() == range.end()
                && isUnnamedStart(range.start())
                && isTarget(range.start(), TargetKind.DIRECT)
                && !isCalled(range.start())
                && !isTarget(
                        range.start(),
                        TargetKind.JUMP_TABLE,
                        TargetKind.ADDRESS_TAKEN,
                        TargetKind.POINTER,
                        TargetKind.LANDING_PAD);
    }

    /** Whether a function's range starts here that no symbol names. */
    boolean isUnnamedStart(long address) {
        return Arrays.binarySearch(unnamedStarts, address) >= 0;
    }

    /** Whether a direct call leads to an address. */
    boolean isCalled(long address) {
        return (marks.get(address) & CodeMarks.CALLED) != 0;
    }

    /** Whether an address is known as one of the given kinds of target. */
    boolean isTarget(long address, TargetKind... kinds) {
        int facts = marks.get(address);
        for (TargetKind kind : kinds) {
            if ((facts & kind.bit) != 0) {
                return true;
            }
        }
        return false;
    }

    /** All direct branches of the image that lead to a return or a nop of one byte. */
    long[] branchesTo(long singleByte) {
        return branchesToSingleBytes.to(singleByte);
    }

    /** What lies unused between the code. */
    PaddingRuns padding() {
        return padding;
    }

    static boolean decode(Section section, long address, Instruction instruction) {
        byte[] code = section.bytes();
        return Decoder.decode(code, (int) (address - section.address()), code.length, address, instruction);
    }
}
