package io.trapless.binary.flow;

/** Why no jump can be put at a place. */
public enum DisplacementRefusal {
    NOT_CODE("no code of the image is at this address"),
    UNKNOWN_CODE("the bytes there cannot be decoded"),
    NOT_AN_INSTRUCTION("no instruction begins there"),
    TARGET_INSIDE("a branch may enter the bytes that a jump would overwrite"),
    UNRESOLVED_JUMP(
            "the function computes a jump whose destination is not known; it might be inside the overwritten bytes"),
    CALL_NOT_LAST("a call there would return into the overwritten bytes"),
    UNRELOCATABLE("an instruction there cannot be executed at another address"),
    FUNCTION_TOO_SHORT("the code that ends there is shorter than a jump, and no padding follows"),
    NO_ISLAND("there is room for a short jump only, and nothing near could make room for the long one"),
    RSEQ_SECTION("the place belongs to a restartable sequence of the program"),
    SIGNAL_RETURN("signal handlers return through this code, which others know by its bytes"),
    SMALL_STACK("a goroutine may have too little of its stack left there");

    private final String sentence;

    DisplacementRefusal(String sentence) {
        this.sentence = sentence;
    }

    /** For the user: what is wrong there. */
    public String sentence() {
        return sentence;
    }
}
