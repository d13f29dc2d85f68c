package io.trapless.binary.x86;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Decodes each instruction that objdump prints, at the place where objdump saw it, and compares lengths and the targets of direct branches. */
final class ObjdumpComparison {
    /** Where we differ on purpose. */
    enum Explained {
        /** objdump prints the bytes of a data symbol inside a code section as data, with no mnemonic. */
        DATA_SYMBOL,
        /** objdump prints fwait and the x87 instruction behind it as one, as the assembler's mnemonics (fstcw = fwait; fnstcw) suggest. To the processor they are two. */
        FWAIT,
        /** objdump ends an instruction after a REX prefix that another prefix follows. The processor ignores such a REX and goes on. */
        REX_BEFORE_PREFIX,
        /** objdump prints prefixes alone where a symbol lies inside the instruction (data in the code), and where 14 of them follow each other. */
        PREFIXES_ALONE,
        /** 66 before a near branch with a 4-byte displacement: objdump shows AMD's reading, we have Intel's length and call it ambiguous. */
        NARROW_BRANCH,
        /** 66, F2, F3, F0 or REX before VEX, EVEX or XOP: an invalid opcode to the processor, which objdump prints nevertheless. */
        PREFIX_BEFORE_VEX,
        /** vzeroupper and vzeroall with a mandatory prefix: reserved, which objdump prints nevertheless. */
        VZEROUPPER_WITH_PREFIX,
        /**
         * objdump knows the opcode but calls an operand bad (a mask or bound register that does not exist, a REX bit where none may be). The length is the same, and we do not
         * judge operands.
         */
        BAD_OPERAND,
        /** The opcode is one of instructions that are younger than objdump 2.40. */
        YOUNGER_THAN_OBJDUMP
    }

    private final Instruction instruction = new Instruction();
    private final byte[] bytes = new byte[16];
    private final Map<Explained, Integer> explained = new EnumMap<>(Explained.class);
    private final List<String> unexplained = new ArrayList<>();
    private long instructions;
    private long targets;

    long instructions() {
        return instructions;
    }

    List<String> unexplained() {
        return unexplained;
    }

    /** Reads objdump's output for a file to its end, or up to a number of instructions. */
    void compare(Path file, long limit) {
        long end = instructions + limit;
        Process process = Tool.start("binutils", List.of("objdump", "-d", "-w", "-z", file.toString()), false);
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1), 1 << 16)) {
            for (String line = lines.readLine(); line != null && instructions < end; line = lines.readLine()) {
                compareLine(file, line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            process.destroyForcibly();
        }
    }

    /** A line is {@code "  401000:<tab>48 89 e5 <tab>mov    %rsp,%rbp"}. */
    private void compareLine(Path file, String line) {
        int colon = line.indexOf(":\t");
        if (colon < 1 || colon > 20 || line.charAt(0) != ' ') {
            return;
        }
        long address = Long.parseUnsignedLong(line, firstDigit(line), colon, 16);
        int length = readBytes(line, colon + 2);
        int tab = line.indexOf('\t', colon + 2);
        String text = tab < 0 ? "" : line.substring(tab + 1);
        instructions++;
        boolean decoded = Decoder.decode(bytes, 0, length, address, instruction);
        boolean bad = text.isEmpty() || text.contains("(bad)") || text.startsWith(".byte");
        if (bad ? !decoded : decoded && instruction.length() == length) {
            if (!bad && instruction.hasTarget()) {
                compareTarget(file, line, text);
            }
            return;
        }
        Explained reason = explain(length, decoded, text);
        if (reason != null) {
            explained.merge(reason, 1, Integer::sum);
        } else {
            differ(
                    file,
                    line,
                    decoded
                            ? "length " + instruction.length()
                            : instruction.error().toString());
        }
    }

    /** objdump's text ends in {@code "401000 <name+0x10>"}. */
    private void compareTarget(Path file, String line, String text) {
        int name = text.indexOf(" <");
        String target = (name < 0 ? text : text.substring(0, name)).stripTrailing();
        target = target.substring(Math.max(target.lastIndexOf(' '), target.lastIndexOf('x')) + 1);
        if (!Long.toHexString(instruction.target()).equals(target)) {
            differ(file, line, "target " + Long.toHexString(instruction.target()));
        }
        targets++;
    }

    private void differ(Path file, String line, String ours) {
        if (unexplained.size() < 200) {
            unexplained.add(file + " " + line.strip() + " | ours: " + ours);
        }
    }

    private static int firstDigit(String line) {
        int at = 0;
        while (line.charAt(at) == ' ') {
            at++;
        }
        return at;
    }

    private int readBytes(String line, int from) {
        int length = 0;
        for (int i = from; i + 1 < line.length() && length < bytes.length; i += 3) {
            int high = Character.digit(line.charAt(i), 16);
            int low = Character.digit(line.charAt(i + 1), 16);
            if (high < 0 || low < 0) {
                break;
            }
            bytes[length++] = (byte) (high << 4 | low);
        }
        return length;
    }

    @org.jspecify.annotations.Nullable private Explained explain(int length, boolean decoded, String text) {
        if (text.isEmpty()) {
            return Explained.DATA_SYMBOL;
        }
        int opcodeAt = 0;
        boolean narrow = false;
        boolean forbidden = false;
        while (opcodeAt < length && isPrefix(bytes[opcodeAt] & 0xFF)) {
            int prefix = bytes[opcodeAt++] & 0xFF;
            narrow |= prefix == 0x66;
            forbidden |= prefix == 0x66 || prefix >= 0xF0 || prefix >> 4 == 4;
        }
        if (opcodeAt == length) {
            if (decoded) {
                return null;
            }
            return (bytes[length - 1] & 0xF0) == 0x40 ? Explained.REX_BEFORE_PREFIX : Explained.PREFIXES_ALONE;
        }
        int opcode = bytes[opcodeAt] & 0xFF;
        int second = opcodeAt + 1 < length ? bytes[opcodeAt + 1] & 0xFF : 0;
        if (opcode == 0x9B) {
            return decoded && instruction.length() == opcodeAt + 1 ? Explained.FWAIT : null;
        }
        if (narrow && (opcode == 0xE8 || opcode == 0xE9 || (opcode == 0x0F && second >> 4 == 8))) {
            return Explained.NARROW_BRANCH;
        }
        boolean vex = opcode == 0xC4 || opcode == 0xC5 || opcode == 0x62 || opcode == 0x8F;
        if (vex && forbidden && !decoded) {
            return Explained.PREFIX_BEFORE_VEX;
        }
        if (vex && text.startsWith("vzero")) {
            return Explained.VZEROUPPER_WITH_PREFIX;
        }
        if (decoded && text.contains("(bad)") && !text.startsWith("(bad)") && instruction.length() == length) {
            return Explained.BAD_OPERAND;
        }
        if (decoded && (opcode == 0xD5 || (opcode == 0x62 && (second & 7) == 4))) {
            return Explained.YOUNGER_THAN_OBJDUMP;
        }
        return null;
    }

    private static boolean isPrefix(int b) {
        return switch (b) {
            case 0x66, 0x67, 0xF0, 0xF2, 0xF3, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65 -> true;
            default -> b >> 4 == 4;
        };
    }

    @Override
    public String toString() {
        return instructions + " instructions, " + targets + " branch targets, explained differences " + explained;
    }
}
