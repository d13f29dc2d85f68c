package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import java.util.Arrays;

/** The instructions of one function, and which of them come before which. */
final class FunctionBody {
    private final CodeRange function;
    private final Section section;
    private final CodeMarks marks;
    private final long[] addresses;
    private final Flow[] flows;

    /** For each instruction the index of the one that it branches to; -1: it doesn't, or out of the function. */
    private final int[] branchesTo;

    /** Indexes of branches sorted by what they branch to. */
    private final int[] branches;

    private FunctionBody(CodeRange function, Section section, CodeMarks marks, long[] addresses) {
        this.function = function;
        this.section = section;
        this.marks = marks;
        this.addresses = addresses;
        this.flows = new Flow[addresses.length];
        this.branchesTo = new int[addresses.length];
        Instruction instruction = new Instruction();
        int count = 0;
        long[] byTarget = new long[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            boolean decoded = decode(i, instruction);
            flows[i] = decoded ? instruction.flow() : Flow.TRAP;
            branchesTo[i] = decoded && instruction.hasTarget() && instruction.flow() != Flow.CALL
                    ? indexOf(instruction.target())
                    : -1;
            if (branchesTo[i] >= 0) {
                byTarget[count++] = (long) branchesTo[i] << 32 | i;
            }
        }
        Arrays.sort(byTarget, 0, count);
        this.branches = new int[count];
        for (int i = 0; i < count; i++) {
            branches[i] = (int) byTarget[i];
        }
    }

    static FunctionBody of(CodeRange function, Section section, CodeMarks marks) {
        AddressList found = new AddressList();
        long end = Math.min(function.end(), section.end());
        for (long at = Math.max(function.start(), section.address()); at < end; at++) {
            if ((marks.get(at) & CodeMarks.BOUNDARY) != 0) {
                found.add(at);
            }
        }
        return new FunctionBody(function, section, marks, found.drainSorted());
    }

    CodeRange function() {
        return function;
    }

    /** The index of the instruction at an address, or -1. */
    int indexOf(long address) {
        int found = Arrays.binarySearch(addresses, address);
        return Math.max(found, -1);
    }

    boolean decode(int index, Instruction instruction) {
        return CodeMap.decode(section, addresses[index], instruction);
    }

    boolean isEntry(int index) {
        return addresses[index] == function.start();
    }

    /** Whether control goes from the instruction to the next one (for a call: when it returns). */
    boolean fallsThrough(int index) {
        return switch (flows[index]) {
            case JUMP, INDIRECT_JUMP, RETURN, TRAP, FAR -> false;
            default -> true;
        };
    }

    /** Indexes of the instructions after which this one may run; empty where that is not known. */
    int[] predecessors(int index) {
        int count = 0;
        int[] found = new int[8];
        if (index > 0 && fallsThrough(index - 1)) {
            found[count++] = index - 1;
        }
        for (int i = firstBranchTo(index); i < branches.length && branchesTo[branches[i]] == index; i++) {
            found = count == found.length ? Arrays.copyOf(found, count * 2) : found;
            found[count++] = branches[i];
        }
        if (isTakenByAddress(index)) {
            for (int i = 0; i < flows.length; i++) {
                if (flows[i] == Flow.INDIRECT_JUMP) {
                    found = count == found.length ? Arrays.copyOf(found, count * 2) : found;
                    found[count++] = i;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    private int firstBranchTo(int index) {
        int low = 0;
        int high = branches.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (branchesTo[branches[middle]] < index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isTakenByAddress(int index) {
        int kinds = TargetKind.JUMP_TABLE.bit | TargetKind.ADDRESS_TAKEN.bit | TargetKind.POINTER.bit;
        return (marks.get(addresses[index]) & kinds) != 0;
    }
}
