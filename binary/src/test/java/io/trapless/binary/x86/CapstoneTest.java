package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Capstone 4's opinion on lengths, branch targets and registers. We must never call a register written that it does not, nor miss one that it calls read or written; more reads are
 * our caution.
 */
class CapstoneTest {
    private static final String LIBRARIES = "/usr/lib/x86_64-linux-gnu/";
    private static final List<String> FILES = List.of(
            "libc.so.6",
            "libcrypto.so.3",
            "libm.so.6",
            "libstdc++.so.6",
            "libgcrypt.so.20",
            "libpython3.11.so.1.0",
            "libsqlite3.so.0");

    /** Where Capstone 4.0 is wrong or we know more, and why. The processor's own verdict on these is in {@link EffectsExecutionTest}. */
    private static final Map<String, String> EXPLAINED = Map.ofEntries(
            Map.entry("misses read xor", "zeroing idiom: the result doesn't depend on the register"),
            Map.entry("misses read sub", "zeroing idiom: the result doesn't depend on the register"),
            Map.entry("length 2 ud0", "Capstone leaves out the ModRM byte that the manual gives ud0"),
            Map.entry("length 2 ud2b", "Capstone leaves out the ModRM byte that the manual gives ud1"),
            Map.entry("length 4 jmp", "66 before a near branch: Capstone shows AMD's reading; we call it ambiguous"),
            Map.entry("length 4 call", "66 before a near branch: Capstone shows AMD's reading; we call it ambiguous"),
            Map.entry("calls written push", "Capstone forgets rsp in push %fs and push %gs"),
            Map.entry("misses read leave", "rsp is overwritten by rbp, not read"),
            Map.entry("misses modified cdq", "Capstone has eax as written; cdq writes edx only"),
            Map.entry("misses modified cqo", "Capstone has rax as written; cqo writes rdx only"),
            Map.entry("misses modified cwd", "Capstone has ax as written; cwd writes dx only"),
            Map.entry("misses modified test", "Capstone has the operands of some forms as written; test writes none"),
            Map.entry("misses read stosq", "Capstone lets REX.B change the register that is implied"),
            Map.entry("misses modified stosq", "Capstone lets REX.B change the register that is implied"));

    private final Instruction instruction = new Instruction();
    private final Map<String, Integer> differences = new TreeMap<>();
    private final Map<String, String> examples = new TreeMap<>();
    private long instructions;
    private long unknown;

    @Test
    void aSample() throws IOException {
        compareFiles(60_000);
    }

    @Test
    @Tag("long")
    void whole() throws IOException {
        compareFiles(Long.MAX_VALUE);
    }

    private void compareFiles(long perSection) throws IOException {
        try (Capstone capstone = new Capstone()) {
            for (String name : FILES) {
                if (Files.exists(Path.of(LIBRARIES + name))) {
                    compareFile(capstone, Path.of(LIBRARIES + name), perSection);
                }
            }
        }
        System.out.println("Capstone: " + instructions + " instructions, " + unknown + " that it does not know");
        System.out.println("differences: " + differences);
        assertThat(examples).isEmpty();
        assertThat(instructions).isGreaterThan(50_000);
        assertThat(unknown).isLessThan(instructions / 100);
    }

    private void compareFile(Capstone capstone, Path file, long limit) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long headers = elf.getLong(40);
        int count = elf.getShort(60);
        for (int i = 0; i < count; i++) {
            int header = (int) headers + 64 * i;
            boolean executable = elf.getInt(header + 4) == 1 && (elf.getLong(header + 8) & 4) != 0;
            if (executable) {
                int offset = (int) elf.getLong(header + 24);
                compareSection(
                        capstone,
                        bytes,
                        offset,
                        offset + (int) elf.getLong(header + 32),
                        elf.getLong(header + 16) - offset,
                        limit);
            }
        }
    }

    private void compareSection(Capstone capstone, byte[] bytes, int from, int to, long base, long limit) {
        int at = from;
        for (long n = 0; at < to && n < limit; n++) {
            if (Decoder.decode(bytes, at, to, base + at, instruction)) {
                compare(capstone, bytes, at, to, base);
                at += instruction.length();
            } else {
                at++;
            }
        }
    }

    private void compare(Capstone capstone, byte[] bytes, int at, int to, long base) {
        instructions++;
        int length = capstone.decode(bytes, at, to, base + at);
        if (length == 0) {
            unknown++;
            return;
        }
        if (length != instruction.length()) {
            assertThat(capstone.mnemonic().matches("jmp|call"))
                    .as("%s", instruction)
                    .isEqualTo(instruction.isAmbiguous());
            differ(capstone, "length " + length);
            return;
        }
        if (instruction.hasTarget()) {
            String operands = capstone.operands();
            long target = operands.startsWith("0x")
                    ? Long.parseUnsignedLong(operands.substring(2), 16)
                    : Long.parseLong(operands);
            if (target != instruction.target()) {
                differ(capstone, "target");
            }
        }
        if (instruction.effectsKnown()) {
            compareRegisters(capstone);
        }
    }

    private void compareRegisters(Capstone capstone) {
        long registers = capstone.registers();
        int read = (int) registers;
        int written = (int) (registers >>> 32);
        if ((read & ~instruction.registersRead()) != 0) {
            differ(capstone, "misses read");
        }
        if ((written & ~instruction.registersModified()) != 0) {
            differ(capstone, "misses modified");
        }
        if ((instruction.registersWritten() & ~written) != 0) {
            differ(capstone, "calls written");
        }
    }

    private void differ(Capstone capstone, String what) {
        String kind = what + " " + capstone.mnemonic();
        differences.merge(kind, 1, Integer::sum);
        if (EXPLAINED.containsKey(kind)) {
            return;
        }
        examples.putIfAbsent(
                kind,
                instruction + " " + capstone.operands() + " ours: read "
                        + Integer.toBinaryString(instruction.registersRead()) + " written "
                        + Integer.toBinaryString(instruction.registersWritten()));
    }
}
