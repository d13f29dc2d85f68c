package io.trapless.binary.x86;

import static io.trapless.binary.x86.Instruction.*;

/** Everything before the opcode: legacy and REX prefixes, and the VEX, EVEX, XOP and REX2 prefixes that hold a part of the opcode. */
final class Prefixes {
    private static final int TRUNCATED = -1;
    private static final int INVALID = -2;

    /** No instruction. */
    private static final long[] NONE = new long[256];

    private static final long[][] VEX = {NONE, VexMaps.MAP1, VexMaps.MAP2, VexMaps.MAP3, NONE, NONE, NONE, VexMaps.MAP7
    };
    private static final long[][] EVEX = {
        NONE, EvexMaps.MAP1, EvexMaps.MAP2, EvexMaps.MAP3, EvexMaps.MAP4, EvexMaps.MAP5, EvexMaps.MAP6, NONE
    };
    private static final long[][] XOP = {XopMaps.MAP8, XopMaps.MAP9, XopMaps.MAP10};

    /** The prefix bits that the pp field implies, and the place of each in {@link Op#prefixes}. */
    private static final int[] IMPLIED = {0, PREFIX_OPERAND_SIZE, PREFIX_REP, PREFIX_REPNE};

    /** {@code jmpabs}: an absolute target of 8 bytes. */
    private static final long JUMP_ABSOLUTE = Op.VALID | Op.UNKNOWN | Op.MOFFS | Op.flow(Flow.INDIRECT_JUMP);

    private Prefixes() {}

    /** Reads legacy and REX prefixes; a REX prefix counts only right before the opcode. Returns the place of the opcode, or {@code end}. */
    static int legacy(byte[] code, int offset, int end, Instruction out) {
        int prefixes = 0;
        int repeat = 0;
        int rex = 0;
        int at = offset;
        for (; at < end; at++) {
            int b = code[at] & 0xFF;
            if (b >= 0x40 && b < 0x50) {
                rex = b;
                continue;
            }
            switch (b) {
                case 0x66 -> prefixes |= PREFIX_OPERAND_SIZE;
                case 0xF2 -> {
                    prefixes |= PREFIX_REPNE;
                    repeat = 3;
                }
                case 0xF3 -> {
                    prefixes |= PREFIX_REP;
                    repeat = 2;
                }
                case 0xF0 -> prefixes |= PREFIX_LOCK;
                case 0x67 -> prefixes |= PREFIX_ADDRESS_SIZE;
                case 0x2E, 0x36, 0x3E, 0x26 -> prefixes |= PREFIX_SEGMENT;
                case 0x64, 0x65 -> {
                    prefixes |= PREFIX_SEGMENT;
                    out.segment = b == 0x64 ? Segment.FS : Segment.GS;
                }
                default -> {
                    out.mandatory = repeat != 0 ? repeat : (prefixes & PREFIX_OPERAND_SIZE) != 0 ? 1 : 0;
                    out.prefixes = prefixes;
                    if (rex != 0) {
                        rex(rex, out);
                    }
                    return at;
                }
            }
            rex = 0;
        }
        return at;
    }

    private static void rex(int rex, Instruction out) {
        out.prefixes |= PREFIX_REX;
        extensions(out, (rex & 4) != 0, (rex & 2) != 0, (rex & 1) != 0);
        if ((rex & 8) != 0) {
            out.prefixes |= PREFIX_REX_W;
        }
    }

    private static void extensions(Instruction out, boolean r, boolean x, boolean b) {
        out.prefixes |= (r ? PREFIX_REX_R : 0) | (x ? PREFIX_REX_X : 0) | (b ? PREFIX_REX_B : 0);
        out.extensionR |= r ? 8 : 0;
        out.extensionX |= x ? 8 : 0;
        out.extensionB |= b ? 8 : 0;
    }

    /** Reads C5, C4, 62, 8F (XOP) or D5 and the opcode; returns the place behind it. */
    static int extended(byte[] code, int at, int end, Instruction out) {
        int first = code[at] & 0xFF;
        int size = switch (first) {
            case 0xC5, 0xD5 -> 2;
            case 0x62 -> 4;
            default -> 3;
        };
        if (at + size >= end) {
            return TRUNCATED;
        }
        int forbidden =
                first == 0xD5 ? PREFIX_REX : PREFIX_REX | PREFIX_LOCK | PREFIX_OPERAND_SIZE | PREFIX_REP | PREFIX_REPNE;
        if ((out.prefixes & forbidden) != 0) {
            return INVALID;
        }
        int second = code[at + 1] & 0xFF;
        out.opcode = code[at + size] & 0xFF;
        switch (first) {
            case 0xD5 -> rex2(second, out);
            case 0xC5 -> {
                extensions(out, (second & 0x80) == 0, false, false);
                vex(out, VEX[1], 1, second & 0x7F);
                out.prefixes |= PREFIX_VEX;
            }
            case 0x62 -> evex(second, code[at + 2] & 0xFF, code[at + 3] & 0xFF, out);
            default -> {
                extensions(out, (second & 0x80) == 0, (second & 0x40) == 0, (second & 0x20) == 0);
                int map = second & 0x1F;
                long[][] maps = first == 0xC4 ? VEX : XOP;
                int choice = first == 0xC4 ? map : map - 8;
                vex(out, choice < maps.length ? maps[choice] : NONE, map, code[at + 2] & 0xFF);
                out.prefixes |= first == 0xC4 ? PREFIX_VEX : PREFIX_XOP;
            }
        }
        return at + size + 1;
    }

    /** The byte with W, vvvv, L and pp. */
    private static void vex(Instruction out, long[] table, int map, int payload) {
        out.map = map;
        out.op = table[out.opcode];
        out.vvvv = ~payload >> 3 & 15;
        out.mandatory = payload & 3;
        out.prefixes |= IMPLIED[payload & 3] | ((payload & 0x80) != 0 ? PREFIX_REX_W : 0);
    }

    private static void evex(int p0, int p1, int p2, Instruction out) {
        extensions(out, (p0 & 0x80) == 0, (p0 & 0x40) == 0, (p0 & 0x20) == 0);
        int map = p0 & 7;
        vex(out, EVEX[map], map, p1);
        out.prefixes |= PREFIX_EVEX;
        out.extensionR |= (p0 & 0x10) == 0 ? 16 : 0;
        out.extensionB |= (p0 & 8) != 0 ? 16 : 0;
        out.extensionX |= (p1 & 4) == 0 ? 16 : 0;
        out.vvvv |= (p2 & 8) == 0 ? 16 : 0;
        boolean extended = (p0 & 8) != 0 || (p1 & 4) == 0;
        if (extended && out.op != 0) {
            // APX, or AVX10.2 rounding: whatever the entry is, its length is right and its effects are not known
            out.unknownPrefix = true;
        }
    }

    private static void rex2(int payload, Instruction out) {
        extensions(out, (payload & 4) != 0, (payload & 2) != 0, (payload & 1) != 0);
        out.extensionR |= (payload & 0x40) != 0 ? 16 : 0;
        out.extensionX |= (payload & 0x20) != 0 ? 16 : 0;
        out.extensionB |= (payload & 0x10) != 0 ? 16 : 0;
        out.prefixes |= PREFIX_REX2 | ((payload & 8) != 0 ? PREFIX_REX_W : 0);
        int row = out.opcode >> 4;
        if ((payload & 0x80) != 0) {
            out.map = MAP_0F;
            boolean missing = row == 3 || row == 8 || out.opcode == 0x0F;
            out.op = missing ? 0 : Map0F.TABLE[out.opcode];
        } else if (out.opcode == 0xA1) {
            out.op = JUMP_ABSOLUTE;
        } else {
            boolean missing = row == 4 || row == 7 || row == 0xA || row == 0xE || isPrefixOrEscape(out.opcode);
            out.op = missing ? 0 : OneByteMap.TABLE[out.opcode];
        }
    }

    private static boolean isPrefixOrEscape(int opcode) {
        return switch (opcode) {
            case 0x0F, 0x26, 0x2E, 0x36, 0x3E, 0x62, 0x64, 0x65, 0x66, 0x67, 0xC4, 0xC5, 0xD5, 0xF0, 0xF2, 0xF3 -> true;
            default -> false;
        };
    }
}
