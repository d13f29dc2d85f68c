package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One byte of facts for each byte of code: the {@link TargetKind} bits, whether an instruction of the linear sweep starts there, and whether it is called. Written by one thread; immutable once the analysis is done.
 */
final class CodeMarks {
    /** The sweep found an instruction that starts here. */
    static final byte BOUNDARY = 64;

    /** The destination of a direct call. */
    static final byte CALLED = (byte) 128;

    static final int TARGET_BITS = 63;

    private final Section[] sections;
    private final byte[][] marks;
    private int lastFound;

    CodeMarks(List<Section> executable) {
        List<Section> sorted = new ArrayList<>(executable);
        sorted.sort(Comparator.comparingLong(Section::address));
        sections = sorted.toArray(new Section[0]);
        marks = new byte[sections.length][];
        for (int i = 0; i < sections.length; i++) {
            marks[i] = new byte[sections[i].bytes().length];
        }
    }

    int sectionCount() {
        return sections.length;
    }

    Section section(int index) {
        return sections[index];
    }

    byte[] marks(int index) {
        return marks[index];
    }

    /** The index of the section that holds an address, or -1. */
    int find(long address) {
        int last = lastFound;
        if (last < sections.length && sections[last].contains(address)) {
            return last;
        }
        for (int i = 0; i < sections.length; i++) {
            if (sections[i].contains(address)) {
                lastFound = i;
                return i;
            }
        }
        return -1;
    }

    @Nullable Section sectionAt(long address) {
        int index = find(address);
        return index < 0 ? null : sections[index];
    }

    /** The facts of one address; 0 outside the code. */
    byte get(long address) {
        int index = find(address);
        return index < 0 ? 0 : marks[index][(int) (address - sections[index].address())];
    }

    /** Adds that a call leads here. */
    void markCalled(long address) {
        int index = find(address);
        if (index >= 0) {
            marks[index][(int) (address - sections[index].address())] |= CALLED;
        }
    }

    boolean isTarget(long address) {
        return (get(address) & TARGET_BITS) != 0;
    }

    /** Adds a reason; true if the address lies in the code and had none before. */
    boolean mark(long address, TargetKind kind) {
        int index = find(address);
        if (index < 0) {
            return false;
        }
        int offset = (int) (address - sections[index].address());
        byte before = marks[index][offset];
        marks[index][offset] = (byte) (before | kind.bit);
        return (before & TARGET_BITS) == 0;
    }
}
