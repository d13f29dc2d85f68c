package io.trapless.binary.sdt;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names of registers in AT&amp;T syntax, without the percent sign. */
final class RegisterNames {
    static final int BAD = -2;

    private static final List<String> QUADS = List.of("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi");
    private static final List<String> WORDS = List.of("ax", "cx", "dx", "bx", "sp", "bp", "si", "di");
    private static final List<String> BYTES = List.of("al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil");
    private static final List<String> HIGH_BYTES = List.of("ah", "ch", "dh", "bh");

    private RegisterNames() {}

    static @Nullable UsdtOperand parse(String name) {
        if (QUADS.contains(name)) {
            return new UsdtOperand.Register(QUADS.indexOf(name), 8, false);
        }
        if (name.startsWith("e") && WORDS.contains(name.substring(1))) {
            return new UsdtOperand.Register(WORDS.indexOf(name.substring(1)), 4, false);
        }
        if (WORDS.contains(name)) {
            return new UsdtOperand.Register(WORDS.indexOf(name), 2, false);
        }
        if (BYTES.contains(name)) {
            return new UsdtOperand.Register(BYTES.indexOf(name), 1, false);
        }
        if (HIGH_BYTES.contains(name)) {
            return new UsdtOperand.Register(HIGH_BYTES.indexOf(name), 1, true);
        }
        if (name.startsWith("xmm")) {
            int number = number(name.substring(3), 0, 31);
            return number < 0 ? null : new UsdtOperand.VectorRegister(number);
        }
        return name.startsWith("r") ? parseNumbered(name.substring(1)) : null;
    }

    /** r8 to r15 with a letter for the width. */
    private static UsdtOperand.@Nullable Register parseNumbered(String text) {
        int sizeBytes = 8;
        String digits = text;
        if (!text.isEmpty()) {
            int last = "bwd".indexOf(text.charAt(text.length() - 1));
            if (text.endsWith("l")) {
                last = 0;
            }
            if (last >= 0) {
                sizeBytes = 1 << last;
                digits = text.substring(0, text.length() - 1);
            }
        }
        int number = number(digits, 8, 15);
        return number < 0 ? null : new UsdtOperand.Register(number, sizeBytes, false);
    }

    private static int number(String digits, int least, int most) {
        for (int i = least; i <= most; i++) {
            if (digits.equals(Integer.toString(i))) {
                return i;
            }
        }
        return -1;
    }

    /** The number of a register that an address is made of; {@link UsdtOperand#NONE} for no text, {@link #BAD} for anything else. */
    static int address(String text) {
        if (text.isEmpty()) {
            return UsdtOperand.NONE;
        }
        boolean isName = text.startsWith("%");
        return isName && parse(text.substring(1)) instanceof UsdtOperand.Register register && register.sizeBytes() == 8
                ? register.number()
                : BAD;
    }
}
