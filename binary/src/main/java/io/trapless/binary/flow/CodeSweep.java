package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.RestartableSequence;
import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.flow.LabelTables.Reference;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Decodes all code of an image once and notes where anything may jump to.
 *
 * <p>The sweep is linear, so that code which nothing is known of is read as well, and takes up step again at every function start. A target in the middle of an
 * instruction of the sweep (after data between the code, or behind a lock prefix that a branch skips) is decoded from there on until it falls in with the sweep.
 */
final class CodeSweep {
    private static final int LEA = 0x8D;
    private static final byte RET = (byte) 0xC3;
    private static final byte NOP = (byte) 0x90;

    private final ImageView view;
    private final CodeMarks marks;
    private final boolean fixedAddress;
    private final long codeLow;
    private final long codeHigh;
    private final long[] descriptors;
    private final Instruction instruction = new Instruction();

    /** Targets off the sweep's boundaries that are still to be decoded from. */
    private final AddressList pending = new AddressList();

    /** Data whose address is taken: each may be a table of distances. */
    private final AddressList tables = new AddressList();

    private final AddressList registerJumps = new AddressList();

    /** Jumps through tables of addresses, and the tables. */
    private final AddressList tableJumps = new AddressList();

    private final AddressList jumpedThrough = new AddressList();

    /** Instructions that take the address of data, in ascending order, and the addresses. */
    private final AddressList dataSites = new AddressList();

    private final AddressList dataTargets = new AddressList();

    /** Instructions that take the address of code where no function starts. */
    private final List<Reference> labels = new ArrayList<>();

    private final JumpTables jumpTables;
    private final LabelTables labelTables;
    private final AddressList descriptorUses = new AddressList();

    /** Starts and ends, by turns, of padding that nothing runs into; what jumps there is not looked at. */
    private final AddressList padding = new AddressList();

    /** Returns and nops, of one byte, that direct branches lead to, and these branches. */
    private final AddressList singleBytes = new AddressList();

    private final AddressList singleByteBranches = new AddressList();

    /** Whether control goes on behind the instruction that the sweep saw last. */
    private boolean continues = true;

    /** While the sweep runs, boundaries ahead are not known yet; {@link #collectPending} looks at all targets after it. */
    private boolean sweeping = true;

    CodeSweep(ImageView view, CodeMarks marks, FunctionTable functions) {
        this.view = view;
        this.marks = marks;
        this.fixedAddress = !view.isPositionIndependent();
        this.jumpTables = new JumpTables(view.dataSections(), marks);
        this.labelTables = new LabelTables(functions, jumpTables);
        int count = marks.sectionCount();
        this.codeLow = count == 0 ? 0 : marks.section(0).address();
        this.codeHigh = count == 0 ? 0 : marks.section(count - 1).end();
        this.descriptors = view.restartableSequences().stream()
                .mapToLong(RestartableSequence::descriptor)
                .filter(descriptor -> descriptor != 0)
                .toArray();
    }

    void run(long[] functionStarts) {
        markGiven(functionStarts);
        for (int i = 0; i < marks.sectionCount(); i++) {
            sweep(marks.section(i), marks.marks(i), functionStarts);
        }
        collectPending();
        settle();
        labelTables.collect(labels, dataSites.toArray(), dataTargets.toArray(), registerJumps(), this::mark);
        settle();
    }

    /** Decodes and collects until nothing new turns up. */
    private void settle() {
        while (!pending.isEmpty() || !tables.isEmpty()) {
            while (!pending.isEmpty()) {
                followUntilInStep(pending.removeLast());
            }
            jumpTables.collect(tables.drainSorted(), this::mark);
        }
    }

    LabelTables labelTables() {
        return labelTables;
    }

    /** Addresses of {@code jmp *%register}. */
    long[] registerJumps() {
        return registerJumps.toSortedArray();
    }

    /** Addresses of {@code jmp *table(,%register,8)}, in no order. */
    long[] tableJumps() {
        return tableJumps.toArray();
    }

    /** The tables of {@link #tableJumps}. */
    long[] jumpedThrough() {
        return jumpedThrough.toArray();
    }

    /** Starts and ends, by turns, ascending, of the padding between the code. */
    long[] padding() {
        return padding.toArray();
    }

    /** All direct branches whose destination is a return or a nop of one byte. */
    BranchSources branchesToSingleBytes() {
        return BranchSources.of(singleBytes.toArray(), singleByteBranches.toArray());
    }

    /** Addresses of instructions that name a descriptor of a restartable sequence. */
    long[] descriptorUses() {
        return descriptorUses.toSortedArray();
    }

    private void markGiven(long[] functionStarts) {
        for (long start : functionStarts) {
            marks.mark(start, TargetKind.FUNCTION_START);
        }
        for (CodeRange function : view.functions()) {
            // What a function ends before is code or padding; not a target, but a place from which decoding has to be
            // right.
            if (marks.find(function.end()) >= 0) {
                pending.add(function.end());
            }
        }
        for (long pointer : view.codePointers()) {
            marks.mark(pointer, TargetKind.POINTER);
        }
        for (long pad : view.landingPads()) {
            marks.mark(pad, TargetKind.LANDING_PAD);
        }
        for (RestartableSequence sequence : view.restartableSequences()) {
            marks.mark(sequence.abort(), TargetKind.LANDING_PAD);
        }
        if (fixedAddress) {
            for (Section data : view.dataSections()) {
                markPointers(data.bytes());
            }
        }
    }

    /** In an image of fixed address a pointer may stand in the data unannounced, and anywhere: structures can be packed. */
    private void markPointers(byte[] data) {
        long window = 0;
        for (int i = 0; i < data.length; i++) {
            window = window >>> 8 | (long) data[i] << 56;
            if (window >= codeLow && window < codeHigh && i >= 7) {
                marks.mark(window, TargetKind.POINTER);
            }
        }
    }

    private void sweep(Section section, byte[] facts, long[] starts) {
        byte[] code = section.bytes();
        long base = section.address();
        int next = Arrays.binarySearch(starts, base);
        next = next < 0 ? -next - 1 : next;
        int at = 0;
        while (at < code.length) {
            while (next < starts.length && starts[next] - base <= at) {
                next++;
            }
            int limit = next < starts.length ? (int) Math.min(code.length, starts[next] - base) : code.length;
            at = sweepUpTo(limit, at, code, base, facts);
        }
    }

    /** Decodes from {@code at} to a function start; an instruction that crosses it is seen too. */
    private int sweepUpTo(int limit, int from, byte[] code, long base, byte[] facts) {
        int at = from;
        while (at < limit) {
            if (Decoder.decode(code, at, code.length, base + at, instruction)) {
                facts[at] |= CodeMarks.BOUNDARY;
                visit();
                notePadding(base + at);
                at += instruction.length();
            } else {
                at++;
                continues = true;
            }
        }
        return limit;
    }

    /** Follows the sweep: padding counts where the instruction before it does not go on. */
    private void notePadding(long at) {
        if (!instruction.isPadding()) {
            continues = instruction.continues();
            return;
        }
        if (continues) {
            return;
        }
        if (!padding.isEmpty() && padding.last() == at) {
            padding.removeLast();
        } else {
            padding.add(at);
        }
        padding.add(instruction.nextAddress());
    }

    private void collectPending() {
        for (int i = 0; i < marks.sectionCount(); i++) {
            byte[] facts = marks.marks(i);
            long base = marks.section(i).address();
            for (int at = 0; at < facts.length; at++) {
                if ((facts[at] & CodeMarks.TARGET_BITS) != 0 && (facts[at] & CodeMarks.BOUNDARY) == 0) {
                    pending.add(base + at);
                }
            }
        }
        sweeping = false;
    }

    private void followUntilInStep(long start) {
        Section section = marks.sectionAt(start);
        if (section == null) {
            return;
        }
        byte[] code = section.bytes();
        long address = start;
        while (section.contains(address)
                && (marks.get(address) & CodeMarks.BOUNDARY) == 0
                && Decoder.decode(code, (int) (address - section.address()), code.length, address, instruction)) {
            visit();
            address = instruction.nextAddress();
        }
    }

    private void visit() {
        if (instruction.hasTarget()) {
            mark(instruction.target(), TargetKind.DIRECT);
            if (instruction.flow() == Flow.CALL) {
                marks.markCalled(instruction.target());
            } else {
                noteBranchToSingleByte(instruction.target());
            }
            return;
        }
        if (instruction.flow() == Flow.INDIRECT_JUMP) {
            visitIndirectJump();
        }
        if (instruction.isRipRelative()) {
            visitReference(instruction.ripTarget());
        }
        if (fixedAddress) {
            visitNumbers();
        }
    }

    private void visitIndirectJump() {
        if (!instruction.hasMemoryOperand()) {
            registerJumps.add(instruction.address());
        } else if (AddressTables.isLookup(instruction)) {
            tableJumps.add(instruction.address());
            jumpedThrough.add(instruction.displacement());
        }
    }

    private void noteBranchToSingleByte(long target) {
        Section section = marks.sectionAt(target);
        if (section == null) {
            return;
        }
        byte first = section.bytes()[(int) (target - section.address())];
        if (first == RET || first == NOP) {
            singleBytes.add(target);
            singleByteBranches.add(instruction.address());
        }
    }

    private void visitReference(long target) {
        boolean lea = instruction.isOneByte(LEA);
        boolean code = marks.find(target) >= 0;
        if (code) {
            mark(target, TargetKind.ADDRESS_TAKEN);
        }
        if (code && lea && (marks.get(target) & TargetKind.FUNCTION_START.bit) == 0) {
            labels.add(new Reference(instruction.address(), target));
        }
        if (lea && (target & 3) == 0) {
            tables.add(target);
            if (sweeping && !code) {
                dataSites.add(instruction.address());
                dataTargets.add(target);
            }
        }
        for (long descriptor : descriptors) {
            if (descriptor == target) {
                descriptorUses.add(instruction.address());
            }
        }
    }

    /** Numbers in instructions that can be addresses of code: only where code has a fixed address. */
    private void visitNumbers() {
        if (instruction.immediateSize() >= 4 && isCode(instruction.immediate())) {
            mark(instruction.immediate(), TargetKind.ADDRESS_TAKEN);
        }
        if (instruction.displacementSize() >= 4 && !instruction.isRipRelative() && isCode(instruction.displacement())) {
            mark(instruction.displacement(), TargetKind.ADDRESS_TAKEN);
        }
    }

    private boolean isCode(long address) {
        return address >= codeLow && address < codeHigh;
    }

    private void mark(long target, TargetKind kind) {
        if (marks.mark(target, kind) && !sweeping && (marks.get(target) & CodeMarks.BOUNDARY) == 0) {
            pending.add(target);
        }
    }
}
