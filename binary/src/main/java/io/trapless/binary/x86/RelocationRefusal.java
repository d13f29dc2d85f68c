package io.trapless.binary.x86;

/** Why an instruction cannot do its work anywhere but where it stands. */
public enum RelocationRefusal {
    INVALID("the bytes there are no instruction that is known"),
    AMBIGUOUS("processors disagree about an instruction there (operand-size prefix on a branch)"),
    TRANSACTION("a transaction starts there (xbegin), whose abort would come back into the copy"),
    FAR_BRANCH("there is a far jump, far call or return from an interrupt"),
    SYSTEM_CALL("there is a system call, which tells its own address in rcx"),
    TRAP("there is a trapping instruction, whose handler would see the copy's address"),
    CALL_NOT_LAST("a call there would return into the displaced bytes"),
    STACK_POINTER_CALL("there is a call through a pointer at or below the stack pointer"),
    ADDRESS_SIZE("an instruction there cuts its address to 32 bits"),
    EXTENDED_CALL("there is a call through a register of APX, which cannot be re-encoded yet"),
    READS_ITSELF("an instruction there reads or takes the address of the displaced bytes"),
    BRANCH_INTO_INSTRUCTION("a branch there enters another displaced instruction in its middle"),
    OUT_OF_RANGE("something that is referred to there is more than 2 GB away from the copy");

    private final String sentence;

    RelocationRefusal(String sentence) {
        this.sentence = sentence;
    }

    /** For the user: what is wrong at the place that is refused. */
    public String sentence() {
        return sentence;
    }
}
