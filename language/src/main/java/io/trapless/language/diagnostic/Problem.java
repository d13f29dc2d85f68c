package io.trapless.language.diagnostic;

/** Everything that can be wrong in a text of the probe language; the sentence for the user, with {@code %s} for the words of the case. */
public enum Problem {
    // Characters and tokens.
    UNEXPECTED_CHARACTER("unexpected character %s"),
    UNTERMINATED_STRING("the string has no closing quote"),
    UNTERMINATED_COMMENT("the comment has no closing */"),
    BAD_ESCAPE("unknown escape %s"),
    BAD_CHARACTER_LITERAL("a character literal holds exactly one character"),
    BAD_NUMBER("%s is not a number"),
    NUMBER_TOO_LARGE("%s does not fit 64 bits"),
    BAD_NUMBER_SUFFIX("unknown number suffix %s"),

    // Grammar.
    EXPECTED("expected %s, found %s"),
    TOO_DEEP("nested too deeply"),
    TEXT_AFTER_CLAUSE("unexpected %s after the end of the clause"),
    NOT_ASSIGNABLE("this can't be assigned to"),
    NOT_INCREMENTABLE("++ and -- need a variable or a map"),
    ADDRESS_OF("& takes the address of a variable or a map only"),
    DUPLICATE_FIELD("the field %s is given twice"),
    EMPTY_BLOCK("the block has no fields"),

    // Attach points.
    NO_PROBE("a probe is missing"),
    UNKNOWN_PROBE_TYPE("unknown probe type %s"),
    KERNEL_PROBE("%s probes can't be had in userspace: %s"),
    PROBE_NOT_IN_RECORD("%s probes belong to programs, not to record"),
    PROBE_PARTS("%s needs %s"),
    EMPTY_PROBE_PART("the %s is empty"),
    BAD_OFFSET("%s is not an offset"),
    BAD_ADDRESS("%s is not an address"),
    BAD_PROBE_LANGUAGE("unknown source language %s"),
    UNTERMINATED_PROBE_QUOTE("the quote in the probe is not closed"),

    // Names.
    UNKNOWN_NAME("unknown name %s"),
    UNKNOWN_FUNCTION("unknown function %s"),
    UNKNOWN_TYPE("unknown type %s"),
    UNKNOWN_REGISTER("unknown register %s"),
    NAME_NEEDS_CALL("%s is a function"),
    NAME_NOT_CALLABLE("%s is not a function"),
    NOT_YET_IN_RECORD("%s can't be recorded yet"),
    KERNEL_NAME("%s can't be had in userspace: %s"),
    RESERVED_FIELD("%s is a reserved name"),
    NO_SUCH_ARGUMENT("there is no %s"),
    RETVAL_IN_ENTRY("retval exists only when the function returns"),
    NOT_IN_CLAUSE("%s can't be used in a clause of record"),

    // Types.
    ARGUMENT_COUNT("%s takes %s, not %s"),
    ARGUMENT_TYPE("%s needs %s, not %s"),
    OPERAND_TYPE("%s can't be applied to %s"),
    OPERAND_TYPES("%s can't be applied to %s and %s"),
    TERNARY_TYPES("both sides of ?: must have the same type, not %s and %s"),
    CONDITION_TYPE("a condition must be a number, a pointer or a truth value, not %s"),
    DEREFERENCE("only a pointer can be dereferenced, not %s"),
    INDEX("only a pointer can be indexed, not %s"),
    CAST("%s can't be cast to %s"),
    FLOAT_ARITHMETIC("%s is a floating-point number, which can only be captured as it is"),
    STRING_COMPARISON("strings can only be compared with == or != to a literal"),
    WHOLE_CAPTURE_ONLY("%s can only be a field by itself"),
    DIVISION_BY_ZERO("division by zero"),

    // Limits.
    TOO_MANY_CAPTURES("a clause has at most %s fields"),
    TOO_MANY_FAULTS("only the first %s fields can read memory"),
    STRING_LENGTH("the length of a string is a number from %s to %s"),
    BUFFER_LENGTH("a buffer has 1 to %s bytes"),
    LITERAL_TOO_LONG("the literal is longer than the string it is compared with, so they never match"),
    TOO_COMPLEX("the expression is too deep to be compiled");

    private final String sentence;

    Problem(String sentence) {
        this.sentence = sentence;
    }

    /** An error of this kind at {@code span}; {@code words} fill the sentence. */
    public Diagnostic at(Span span, Object... words) {
        return new Diagnostic(this, sentence.formatted(words), span, null);
    }
}
