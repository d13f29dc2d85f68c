package io.trapless.language.slice;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A register of x86-64 that a capture can read, as it was when the thread reached the site. The first sixteen are in the order of the instruction encoding (Intel SDM vol. 2, table 3-1).
 */
public enum RegisterName {
    RAX(0),
    RCX(1),
    RDX(2),
    RBX(3),
    RSP(4),
    RBP(5),
    RSI(6),
    RDI(7),
    R8(8),
    R9(9),
    R10(10),
    R11(11),
    R12(12),
    R13(13),
    R14(14),
    R15(15),
    /** The address of the site. */
    RIP(-1),
    RFLAGS(-1);

    private final int number;

    RegisterName(int number) {
        this.number = number;
    }

    /** Whether it is one of the sixteen general registers. */
    public boolean isGeneral() {
        return number >= 0;
    }

    /** The register number in an instruction, 0 to 15; not for {@link #RIP} and {@link #RFLAGS}. */
    public int number() {
        if (number < 0) {
            throw new IllegalStateException(this + " has no number");
        }
        return number;
    }

    /**
     * The register that {@code name} means: bpftrace's names, which are those of the kernel's {@code pt_regs} ({@code ax}, {@code di}, {@code r8}, {@code ip}, {@code flags}), and the 64-bit names of
     * the manuals ({@code rax}, {@code rflags}).
     */
    public static @Nullable RegisterName of(String name) {
        if (name.equals("pc")) {
            return RIP;
        }
        String upper = name.toUpperCase(Locale.ROOT);
        for (RegisterName register : values()) {
            if (register.name().equals(upper) || register.name().equals("R" + upper)) {
                return Character.isLetter(name.charAt(0)) ? register : null; // "8" is not a name of r8
            }
        }
        return null;
    }

    /** The name in bpftrace's spelling. */
    public String text() {
        String lower = name().toLowerCase(Locale.ROOT);
        return Character.isDigit(lower.charAt(1)) ? lower : lower.substring(1);
    }
}
