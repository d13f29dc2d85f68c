package io.trapless.binary.x86;

import java.util.List;
import java.util.OptionalLong;

/** What became of a wish to copy instructions to another address. */
public sealed interface Relocation {
    /** An instruction and the address of its copy. A thread that stands before the original may be moved to the copy. */
    record Move(long original, long copy) {}

    /**
     * The copy is written.
     *
     * @param moves one for each instruction, in order
     * @param fallsThrough whether control can leave the copy at its end, where the caller then has to jump back to the instruction after the last one
     * @param emulatesCall whether the last instruction is a call that became a push and a jump. The processor's shadow stack, where one is on, does not see such a call
     */
    record Copied(List<Move> moves, boolean fallsThrough, boolean emulatesCall) implements Relocation {
        public Copied {
            moves = List.copyOf(moves);
        }

        /** The copy of the instruction at {@code original}, empty if none was copied from exactly there. */
        public OptionalLong copyOf(long original) {
            return moves.stream()
                    .filter(move -> move.original == original)
                    .mapToLong(Move::copy)
                    .findFirst();
        }
    }

    /** There can be no copy; whatever has been written to the assembler since is to be thrown away. */
    record Refused(RelocationRefusal reason, long address) implements Relocation {}
}
