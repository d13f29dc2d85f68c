package io.trapless.binary.x86;

/** Why bytes are not an instruction. */
public enum DecodeError {
    NONE("no error"),
    TRUNCATED("the bytes end in the middle of an instruction"),
    TOO_LONG("an instruction of more than 15 bytes raises an exception"),
    INVALID("no instruction of 64-bit mode begins with these bytes");

    private final String sentence;

    DecodeError(String sentence) {
        this.sentence = sentence;
    }

    /** One sentence for the user. */
    public String sentence() {
        return sentence;
    }
}
