package io.trapless.language.slice;

import java.util.List;

/** What is known of the arguments at a site: it decides the types of {@code argN}. */
public sealed interface ArgumentTypes {
    /** A function: every {@code argN} is an unsigned 64-bit integer in its System V place. */
    record Function() implements ArgumentTypes {}

    /**
     * A USDT probe.
     *
     * @param types the operands of the note in order, {@code Int} or {@code Floating}
     */
    record Note(List<CaptureType> types) implements ArgumentTypes {
        public Note {
            types = List.copyOf(types);
        }
    }

    /**
     * A function where it was inlined: {@code argN} are its parameters' values, as far as they can be had there; all others are 0.
     *
     * @param types of {@code argN} in order, {@code Int}
     */
    record Inlined(List<CaptureType> types) implements ArgumentTypes {
        public Inlined {
            types = List.copyOf(types);
        }
    }

    /** No site has been found yet: {@code argN} is an unsigned 64-bit integer. Serves to report errors early. */
    record Unknown() implements ArgumentTypes {}
}
