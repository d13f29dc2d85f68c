package io.trapless.binary.flow;

/** Why a function may have other exits than those that were found. */
public enum ExitDoubt {
    UNKNOWN_SIZE("nothing tells where the function ends"),
    UNKNOWN_CODE("some of its bytes cannot be decoded"),
    COMPUTED_JUMP("it computes a jump whose destination is not known"),
    AMBIGUOUS_JUMP("a jump in it may go to another function or stay inside"),
    LABEL_ADDRESS("the address of code inside it is handed on, and nothing in it leads there"),
    OTHER_RETURN("it has a return of another kind (far, or from an interrupt)"),
    OVERLAPPING_CODE("it jumps into the middle of its own instructions");

    private final String sentence;

    ExitDoubt(String sentence) {
        this.sentence = sentence;
    }

    /** For the user. */
    public String sentence() {
        return sentence;
    }
}
