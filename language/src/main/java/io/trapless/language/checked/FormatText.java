package io.trapless.language.checked;

import java.util.List;

/**
 * A format string, cut up.
 *
 * @param pieces in order
 */
public record FormatText(List<Piece> pieces) {
    public FormatText {
        pieces = List.copyOf(pieces);
    }

    public sealed interface Piece {
        /** Text as it is. */
        record Literal(String text) implements Piece {}

        /**
         * A conversion; takes the next argument.
         *
         * @param flags any of {@code - + # 0 space '}, in order
         * @param width 0 if not given
         * @param precision -1 if not given
         * @param length {@code hh h l ll j z t} or empty
         * @param conversion one of {@code d i u o x X c s p r}; {@code rx}, {@code rh} for buffers
         */
        record Specifier(String flags, int width, int precision, String length, String conversion) implements Piece {}
    }

    /** How many arguments it takes. */
    public int argumentCount() {
        return (int) pieces.stream().filter(Piece.Specifier.class::isInstance).count();
    }
}
