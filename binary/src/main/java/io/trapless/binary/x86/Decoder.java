package io.trapless.binary.x86;

import static io.trapless.binary.x86.Instruction.*;

/**
 * Decodes one instruction of 64-bit mode. Stateless; no allocation. Sources: Intel SDM volume 2 (chapter 2 and appendix A), AMD APM volume 3, Intel APX specification for
 * REX2 and extended EVEX.
 *
 * <p>What a processor refuses for other reasons than the opcode and its mandatory prefix (privilege, a lock prefix on the wrong instruction, a reserved vector length, a
 * feature that it lacks) is decoded.
 */
public final class Decoder {
    /** Longest instruction, in bytes. */
    public static final int MAX_LENGTH = 15;

    private static final int TRUNCATED = -1;
    private static final int INVALID = -2;

    private static final Flow[] FLOWS = Flow.values();

    private Decoder() {}

    /**
     * Decodes the instruction at {@code code[offset]}, and never looks at {@code limit} or beyond.
     *
     * @param address of that byte in the process or image
     * @return false if there is none; {@link Instruction#error} says why, and the rest of {@code out} is meaningless
     */
    public static boolean decode(byte[] code, int offset, int limit, long address, Instruction out) {
        out.reset(code, offset, address);
        int end = Math.min(limit, offset + MAX_LENGTH);
        int next = decode(code, offset, end, out);
        if (next >= 0) {
            out.length = next - offset;
            return true;
        }
        if (next == INVALID) {
            out.error = DecodeError.INVALID;
        } else {
            out.error = limit - offset >= MAX_LENGTH ? DecodeError.TOO_LONG : DecodeError.TRUNCATED;
        }
        return false;
    }

    /** Each step takes the place of the next unread byte and returns the one after what it has read, or an error. */
    private static int decode(byte[] code, int offset, int end, Instruction out) {
        int at = Prefixes.legacy(code, offset, end, out);
        if (at >= end) {
            return TRUNCATED;
        }
        at = opcode(code, at, end, out);
        if (at < 0) {
            return at;
        }
        int modRm = at < end ? code[at] & 0xFF : -1;
        long op = select(out.op, modRm, out.mandatory);
        out.op = op;
        if ((op & Op.VALID) == 0) {
            return INVALID;
        }
        int permitted = Op.prefixMask(op);
        if (permitted != 0 && (permitted >> out.mandatory & 1) == 0) {
            return INVALID;
        }
        if ((op & Op.MODRM) != 0) {
            if (modRm < 0) {
                return TRUNCATED;
            }
            at = modRm(code, at + 1, end, modRm, out);
            if (at < 0) {
                return at;
            }
        } else if ((op & Op.OPCODE_REGISTER) != 0) {
            out.rm = (out.opcode & 7) | out.extensionB;
        }
        out.flow = FLOWS[Op.flowOrdinal(op)];
        sizes(out);
        return immediate(code, at, end, out);
    }

    private static int opcode(byte[] code, int at, int end, Instruction out) {
        int b = code[at] & 0xFF;
        switch (b) {
            case 0x0F -> {
                return escape(code, at + 1, end, out);
            }
            case 0xC4, 0xC5, 0x62, 0xD5 -> {
                return Prefixes.extended(code, at, end, out);
            }
            case 0x8F -> {
                if (at + 1 < end && (code[at + 1] & 0x1F) >= 8) {
                    return Prefixes.extended(code, at, end, out);
                }
            }
            default -> {}
        }
        out.opcode = b;
        out.op = OneByteMap.TABLE[b];
        return at + 1;
    }

    private static int escape(byte[] code, int at, int end, Instruction out) {
        if (at >= end) {
            return TRUNCATED;
        }
        int b = code[at] & 0xFF;
        if (b == 0x38 || b == 0x3A) {
            if (at + 1 >= end) {
                return TRUNCATED;
            }
            out.map = b == 0x38 ? MAP_0F38 : MAP_0F3A;
            out.opcode = code[at + 1] & 0xFF;
            out.op = (b == 0x38 ? Map0F38.TABLE : Map0F3A.TABLE)[out.opcode];
            return at + 2;
        }
        if (b == 0x0F) {
            out.map = MAP_3DNOW; // the opcode follows the operands
            out.op = Op.M | Op.IB;
            return at + 1;
        }
        out.map = MAP_0F;
        out.opcode = b;
        out.op = Map0F.TABLE[b];
        return at + 1;
    }

    /** Follows entries that depend on ModRM or on the mandatory prefix. */
    private static long select(long entry, int modRm, int mandatory) {
        long op = entry;
        while (true) {
            int choice;
            switch ((int) (op & Op.SELECT_MASK)) {
                case (int) Op.SELECT_PREFIX -> choice = mandatory;
                case (int) Op.SELECT_REG -> choice = (modRm >> 3 & 7) + (modRm >= 0xC0 ? 8 : 0);
                case (int) Op.SELECT_MODRM -> choice = modRm >= 0xC0 ? 8 + (modRm & 63) : modRm >> 3 & 7;
                default -> {
                    return op;
                }
            }
            if (modRm < 0 && (op & Op.MODRM) != 0) {
                return Op.M; // truncated, which the caller finds
            }
            op = Op.selected(op, choice);
        }
    }

    private static int modRm(byte[] code, int at, int end, int modRm, Instruction out) {
        long op = out.op;
        out.modRm = modRm;
        out.reg = (modRm >> 3 & 7) | out.extensionR;
        if (modRm >= 0xC0 || (op & Op.MOD_IGNORED) != 0) {
            out.rm = (modRm & 7) | out.extensionB;
            return (op & Op.MEMORY_ONLY) != 0 ? INVALID : at;
        }
        if ((op & Op.REGISTER_ONLY) != 0) {
            return INVALID;
        }
        int mod = modRm >> 6;
        int displacementSize = mod == 0 ? 0 : mod == 1 ? 1 : 4;
        int next = at;
        int low = modRm & 7;
        if (low == 4) {
            if (at >= end) {
                return TRUNCATED;
            }
            int sib = code[next++];
            sib(sib, out);
            low = sib & 7;
            if (mod == 0 && low == 5) {
                displacementSize = 4;
                low = NO_REGISTER;
            }
        } else if ((op & Op.VSIB) != 0) {
            return INVALID;
        } else if (mod == 0 && low == 5) {
            displacementSize = 4;
            out.ripRelative = true;
            low = NO_REGISTER;
        }
        out.base = low < 0 ? low : low | out.extensionB;
        if (next + displacementSize > end) {
            return TRUNCATED;
        }
        if (displacementSize != 0) {
            out.displacementOffset = next - out.start;
            out.displacementSize = displacementSize;
            out.displacement = displacementSize == 1 ? code[next] : int32(code, next);
        }
        return next + displacementSize;
    }

    private static void sib(int sib, Instruction out) {
        int index = (sib >> 3 & 7) | out.extensionX;
        if ((out.op & Op.VSIB) != 0) {
            out.vectorIndex = true;
        } else if (index != 4) {
            out.index = index;
        } else {
            return;
        }
        out.scale = 1 << (sib >> 6 & 3);
    }

    private static void sizes(Instruction out) {
        int prefixes = out.prefixes;
        boolean narrow = (prefixes & PREFIX_OPERAND_SIZE) != 0;
        if (Op.rmSize(out.op) == Op.B && Op.regSize(out.op) <= Op.B) {
            out.operandSize = 1;
        } else if ((prefixes & PREFIX_REX_W) != 0) {
            out.operandSize = 8;
        } else if (narrow && (prefixes & (PREFIX_VEX | PREFIX_XOP)) == 0) {
            out.operandSize = 2;
        } else {
            out.operandSize = (out.op & Op.DEFAULT_64) != 0 ? 8 : 4;
        }
        out.addressSize = (prefixes & PREFIX_ADDRESS_SIZE) != 0 ? 4 : 8;
        if (narrow && (prefixes & PREFIX_REX_W) == 0) {
            out.ambiguous = switch (out.flow) {
                case JUMP, CONDITIONAL_JUMP, LOOP, CALL, INDIRECT_JUMP, INDIRECT_CALL, RETURN -> true;
                default -> false;
            };
        }
    }

    private static int immediate(byte[] code, int at, int end, Instruction out) {
        int kind = Op.immediateKind(out.op);
        if (kind == Op.NO_IMMEDIATE) {
            return at;
        }
        int size = immediateSize(kind, out);
        if (at + size > end) {
            return TRUNCATED;
        }
        long value = switch (size) {
            case 1 -> code[at];
            case 2 -> (code[at] & 0xFF) | code[at + 1] << 8;
            case 3 -> (code[at] & 0xFF) | (code[at + 1] & 0xFF) << 8 | (code[at + 2] & 0xFF) << 16;
            case 4 -> int32(code, at);
            default -> (int32(code, at) & 0xFFFF_FFFFL) | (long) int32(code, at + 4) << 32;
        };
        if (kind == Op.MOFFS) {
            out.displacementOffset = at - out.start;
            out.displacementSize = size;
            out.displacement = size == 4 ? value & 0xFFFF_FFFFL : value;
        } else {
            out.immediateOffset = at - out.start;
            out.immediateSize = size;
            out.immediate = value;
        }
        if (out.map == MAP_3DNOW) {
            out.opcode = (int) value & 0xFF;
            return ThreeDNow.isOpcode(out.opcode) ? at + size : INVALID;
        }
        return at + size;
    }

    private static int immediateSize(int kind, Instruction out) {
        return switch (kind) {
            case Op.IB, Op.REL8 -> 1;
            case Op.IW, Op.IBB -> 2;
            case Op.IZ -> out.operandSize == 2 ? 2 : 4;
            case Op.IV -> out.operandSize;
            case Op.IWB -> 3;
            case Op.MOFFS -> out.addressSize;
            default -> 4;
        };
    }

    private static int int32(byte[] code, int at) {
        return (code[at] & 0xFF) | (code[at + 1] & 0xFF) << 8 | (code[at + 2] & 0xFF) << 16 | code[at + 3] << 24;
    }
}
