package io.trapless.binary.x86;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Encodings of every instruction that works on registers only and can be run anywhere: no memory, no stack, no branch, nothing that differs from run to run. */
final class RegisterForms {
    private static final int[] MODRM = {
        0xC0, 0xC1, 0xCA, 0xD3, 0xD8, 0xE1, 0xEE, 0xF5, 0xF7, 0xF8, 0xFE, 0xC5, 0xCE, 0xD7, 0xE8, 0xF2
    };
    private static final int[][] LEGACY_PREFIXES = {
        {},
        {0x66},
        {0xF3},
        {0xF2},
        {0x40},
        {0x48},
        {0x45},
        {0x4D},
        {0x66, 0x41},
        {0xF3, 0x48},
        {0xF2, 0x4C},
        {0x66, 0x48}
    };
    private static final int[][] MAPS = {{}, {0x0F}, {0x0F, 0x38}, {0x0F, 0x3A}};
    /** Immediates and the like: long enough for any. */
    private static final int[][] TAILS = {
        {0x05, 0, 0, 0, 0, 0, 0, 0}, {0x00, 0, 0, 0, 0, 0, 0, 0}, {0xA3, 0x81, 0x42, 0x93, 7, 6, 5, 4}
    };

    private RegisterForms() {}

    static List<byte[]> all() {
        List<byte[]> list = new ArrayList<>();
        Instruction instruction = new Instruction();
        encodings(code -> {
            if (Decoder.decode(code, 0, code.length, 0x1000, instruction) && isHarmless(instruction)) {
                byte[] exact = new byte[instruction.length()];
                instruction.copyBytes(exact, 0);
                if (list.isEmpty() || !java.util.Arrays.equals(exact, list.getLast())) {
                    list.add(exact);
                }
            }
        });
        return list;
    }

    private static void encodings(Consumer<byte[]> consumer) {
        for (int opcode = 0; opcode < 256; opcode++) {
            for (int modRm : MODRM) {
                for (int[] tail : TAILS) {
                    for (int[] prefix : LEGACY_PREFIXES) {
                        for (int[] map : MAPS) {
                            consumer.accept(bytes(prefix, map, new int[] {opcode, modRm}, tail));
                        }
                    }
                }
                vector(opcode, modRm, consumer);
            }
        }
    }

    private static void vector(int opcode, int modRm, Consumer<byte[]> consumer) {
        int[] tail = TAILS[0];
        for (int pp = 0; pp < 4; pp++) {
            for (int w = 0; w < 2; w++) {
                for (int map = 1; map <= 3; map++) {
                    for (int vvvv : new int[] {0xF, 0x6}) {
                        int payload = w << 7 | vvvv << 3 | pp;
                        consumer.accept(bytes(new int[] {0xC4, 0xE0 | map, payload, opcode, modRm}, tail));
                        consumer.accept(bytes(new int[] {0xC4, 0xC0 | map, payload, opcode, modRm}, tail));
                    }
                }
                for (int map : new int[] {1, 2, 3, 5}) {
                    int payload = w << 7 | 0xF << 3 | 4 | pp;
                    consumer.accept(bytes(new int[] {0x62, 0xF0 | map, payload, 0x08, opcode, modRm}, tail));
                    consumer.accept(bytes(new int[] {0x62, 0x50 | map, payload, 0x08, opcode, modRm}, tail));
                }
            }
        }
    }

    private static boolean isHarmless(Instruction i) {
        if (i.flow() != Flow.NEXT || !i.effectsKnown() || i.hasMemoryOperand()) {
            return false;
        }
        if (((i.registersRead() | i.registersModified()) & (1 << Instruction.RSP)) != 0) {
            return false;
        }
        int opcode = i.opcode();
        return switch (i.opcodeMap()) {
            case Instruction.MAP_ONE_BYTE ->
                !(opcode >= 0xA4 && opcode <= 0xA7) && !(opcode >= 0xAA && opcode <= 0xAF) && opcode != 0xD7;
            // system groups, counters and other instructions that tell of their surroundings; maskmovq stores
            case Instruction.MAP_0F ->
                switch (opcode) {
                    case 0x00, 0x01, 0x02, 0x03, 0x31, 0x33, 0xA2, 0xAE, 0xC7, 0xF7 -> false;
                    default -> true;
                };
            default -> true;
        };
    }

    private static byte[] bytes(int[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int[] part : parts) {
            for (int b : part) {
                out.write(b);
            }
        }
        return out.toByteArray();
    }
}
