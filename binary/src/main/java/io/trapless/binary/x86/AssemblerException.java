package io.trapless.binary.x86;

/** Code that cannot be encoded. Only {@link Reason#OUT_OF_RANGE} can depend on where things lie in a process; the others are mistakes of the caller. */
public final class AssemblerException extends RuntimeException {
    /** What cannot be encoded. */
    public enum Reason {
        /** A displacement does not fit: the target is farther away than the form reaches. */
        OUT_OF_RANGE,
        /** An immediate does not fit the operand. */
        IMMEDIATE_TOO_WIDE,
        /** A label was bound twice, never, or belongs to another assembler. */
        BAD_LABEL,
        /** There is no such instruction: a wrong operand size, or rsp as an index. */
        BAD_OPERAND
    }

    private final Reason reason;

    AssemblerException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
