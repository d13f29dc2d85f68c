package io.trapless.binary.flow;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the control-flow analysis has to know of one executable or library. All addresses are as the file states them, before relocation. Order does not matter and
 * duplicates are harmless; but what is missing here may be missed in the proof, so a view gives all that it can find.
 */
public interface ImageView {
    /** A loaded section with its content as it stands in the file; the array is not modified and not copied. */
    final class Section {
        private final long address;
        private final byte[] bytes;

        public Section(long address, byte[] bytes) {
            this.address = address;
            this.bytes = bytes;
        }

        public long address() {
            return address;
        }

        public byte[] bytes() {
            return bytes;
        }

        public long end() {
            return address + bytes.length;
        }

        public boolean contains(long anAddress) {
            return address <= anAddress && anAddress < end();
        }

        /** The first of some sections that holds an address; null if none does. */
        static @Nullable Section holding(long anAddress, List<Section> sections) {
            for (Section section : sections) {
                if (section.contains(anAddress)) {
                    return section;
                }
            }
            return null;
        }
    }

    /**
     * A restartable sequence of the program.
     *
     * @param descriptor the address of its {@code struct rseq_cs}, 0 if unknown
     * @param start the address of its first instruction
     * @param end the address after its last
     * @param abort where the kernel continues a thread that was disturbed in it
     */
    record RestartableSequence(long descriptor, long start, long end, long abort) {}

    /** Every section (without section headers: every segment) that is mapped executable; the PLT too. */
    List<Section> executableSections();

    /** Every other loaded section with content in the file: constants, initialised data, RELRO. */
    List<Section> dataSections();

    /** True for ET_DYN: a pointer in the data then has a relocation, and {@link #dataSections} need no search for them. */
    boolean isPositionIndependent();

    /**
     * What dynamic relocations write that may be the address of code: addends of RELATIVE, IRELATIVE and RELR, values plus addends of symbols that this file defines.
     * Addresses outside the executable sections are ignored.
     */
    long[] codePointers();

    /**
     * Functions and parts of functions, from symbols of every table and from frame description entries. Ranges may nest, overlap and repeat. The entry point belongs here too,
     * with an empty range if nothing else tells its size.
     */
    List<CodeRange> functions();

    /** Where exceptions continue: the landing pads of all call-site tables. */
    long[] landingPads();

    List<RestartableSequence> restartableSequences();

    /**
     * Where ranges of {@link #functions} start that are surely no functions but parts of one, split off by the compiler: by their names ({@code .cold}), or because the stack holds a frame
     * already when they begin. In any order.
     */
    default long[] partStarts() {
        return new long[0];
    }

    /** Where ranges of {@link #functions} start that no symbol names: functions of a stripped file, or parts of one. In any order. */
    default long[] unnamedStarts() {
        return new long[0];
    }
}
