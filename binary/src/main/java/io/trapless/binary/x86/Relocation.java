package io.trapless.binary.x86;

import java.util.Arrays;
import java.util.OptionalLong;

/** What became of a wish to copy instructions to another address. */
public sealed interface Relocation {
    /**
     * The copy is written.
     *
     * @param originals the addresses of the instructions that were copied, ascending
     * @param copies the address of each one's copy. A thread that stands before an original instruction may be moved to its copy
     * @param fallsThrough whether control can leave the copy at its end, where the caller then has to jump back to the instruction after the last one
     * @param emulatesCall whether the last instruction is a call that became a push and a jump. The processor's shadow stack, where one is on, does not see such a call
     */
    record Copied(long[] originals, long[] copies, boolean fallsThrough, boolean emulatesCall) implements Relocation {
        /** The copy of the instruction at {@code original}, empty if none was copied from exactly there. */
        public OptionalLong copyOf(long original) {
            int at = Arrays.binarySearch(originals, original);
            return at < 0 ? OptionalLong.empty() : OptionalLong.of(copies[at]);
        }
    }

    /** There can be no copy; whatever has been written to the assembler since is to be thrown away. */
    record Refused(RelocationRefusal reason, long address) implements Relocation {}
}
