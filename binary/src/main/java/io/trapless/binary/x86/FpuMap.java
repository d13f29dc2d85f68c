package io.trapless.binary.x86;

import static io.trapless.binary.x86.Op.*;

/** The x87 opcodes D8 to DF (Intel SDM volume 2, tables ). Only comparisons that set flags, conditional moves and fnstsw %ax touch what is described. */
final class FpuMap {
    /**
     * One line an opcode: the eight memory forms by ModRM.reg, then the 64 register forms by ModRM's low six bits. M: an instruction; c: conditional move; f: comparison into
     * flags; a: writes ax; a dot: none.
     */
    private static final String[] LINES = {
        "MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM",
        "M.MMMMMM MMMMMMMM MMMMMMMM M....... ........ MM..MM.. MMMMMMM. MMMMMMMM MMMMMMMM",
        "MMMMMMMM cccccccc cccccccc cccccccc cccccccc ........ .M...... ........ ........",
        "MMMM.M.M cccccccc cccccccc cccccccc cccccccc MMMMMM.. ffffffff ffffffff ........",
        "MMMMMMMM MMMMMMMM MMMMMMMM ........ ........ MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM",
        "MMMMM.MM MMMMMMMM ........ MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM ........ ........",
        "MMMMMMMM MMMMMMMM MMMMMMMM ........ .M...... MMMMMMMM MMMMMMMM MMMMMMMM MMMMMMMM",
        "MMMMMMMM MMMMMMMM ........ ........ ........ a....... ffffffff ffffffff ........",
    };

    private FpuMap() {}

    static void fill(long[] table) {
        for (int i = 0; i < LINES.length; i++) {
            long[] memory = new long[8];
            long[] register = new long[64];
            int at = 0;
            for (int k = 0; k < LINES[i].length(); k++) {
                char c = LINES[i].charAt(k);
                if (c != ' ') {
                    (at < 8 ? memory : register)[at < 8 ? at : at - 8] = entry(c);
                    at++;
                }
            }
            table[0xD8 + i] = byModRm(memory, register);
        }
    }

    private static long entry(char c) {
        return switch (c) {
            case '.' -> 0;
            case 'c' -> M | flags(Effects.FPU_MOVE);
            case 'f' -> M | flags(Effects.FPU_COMPARE);
            case 'a' -> M | implicit(Effects.CHANGES_AX);
            default -> M;
        };
    }
}
