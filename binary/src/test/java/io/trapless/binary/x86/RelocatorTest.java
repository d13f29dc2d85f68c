package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Section;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is refused, the exact bytes of what is not, and the instructions of a real library as objdump reads them before and after. */
class RelocatorTest {
    private static final long FROM = 0x401000;
    private static final long TO = 0x500000;
    private static final int SLOT = 32;

    @Test
    void refusesWhatCannotMove() {
        refused("c7f800000000", RelocationRefusal.TRANSACTION);
        refused("0f05", RelocationRefusal.SYSTEM_CALL);
        refused("cc", RelocationRefusal.TRAP);
        refused("0f0b", RelocationRefusal.TRAP);
        refused("ff28", RelocationRefusal.FAR_BRANCH);
        refused("48cf", RelocationRefusal.FAR_BRANCH);
        refused("66e900000000", RelocationRefusal.AMBIGUOUS);
        refused("06", RelocationRefusal.INVALID);
        refused("488b", RelocationRefusal.INVALID);
        refused("67488b0500000000", RelocationRefusal.ADDRESS_SIZE);
        refused("67ff10", RelocationRefusal.ADDRESS_SIZE);
        refused("ffd4", RelocationRefusal.STACK_POINTER_CALL);
        refused("ff5424f8", RelocationRefusal.STACK_POINTER_CALL);
        refused("ff1404", RelocationRefusal.STACK_POINTER_CALL);
        refused("e80000000090", RelocationRefusal.CALL_NOT_LAST);
        refused("ffd090", RelocationRefusal.CALL_NOT_LAST);
        refused("488b05f9ffffff", RelocationRefusal.READS_ITSELF);
        refused("90488d05f9ffffff", RelocationRefusal.READS_ITSELF);
        refused("eb01488d00", RelocationRefusal.BRANCH_INTO_INSTRUCTION);
    }

    @Test
    void refusesWhatIsTooFar() {
        Assembler far = new Assembler(FROM + (3L << 30));
        for (String code : List.of("488b0500000100", "e900000100", "0f8400000100", "e800000100", "e310")) {
            byte[] bytes = HexFormat.of().parseHex(code);
            Relocation result = Relocator.relocate(bytes, 0, bytes.length, FROM, far);
            assertThat(result).isEqualTo(new Relocation.Refused(RelocationRefusal.OUT_OF_RANGE, FROM));
        }
    }

    @Test
    void everyRefusalHasASentence() {
        for (RelocationRefusal refusal : RelocationRefusal.values()) {
            assertThat(refusal.sentence()).matches("[^.]{20,}");
        }
    }

    @Test
    void aCallPushesTheOriginalReturnAddress() {
        // call 0x401105: push 6(%rip)+...; jmp; the address
        assertThat(copy("e800010000")).isEqualTo("ff3505000000" + "e9fa10f0ff" + "0510400000000000");
        assertThat(copy("ffd0")).isEqualTo("ff3502000000" + "ffe0" + "0210400000000000");
        assertThat(copy("41ff5510")).isEqualTo("ff3504000000" + "41ff6510" + "0410400000000000");
        // The push has moved the stack pointer by 8; 0x78 + 8 no longer fits a byte.
        assertThat(copy("ff542478")).isEqualTo("ff3507000000" + "ffa42480000000" + "0410400000000000");
        assertThat(copy("ff1500010000")).isEqualTo("ff3506000000" + "ff25fa10f0ff" + "0610400000000000");
        assertThat(copy("3effd0")).isEqualTo("ff3503000000" + "3effe0" + "0310400000000000");
        assertThat(copy("64ff142510000000")).isEqualTo("ff3508000000" + "64ff242510000000" + "0810400000000000");
    }

    @Test
    void branchesAreWidenedAndAimedAgain() {
        assertThat(copy("7410")).isEqualTo("0f840c10f0ff");
        assertThat(copy("eb10")).isEqualTo("e90d10f0ff");
        assertThat(copy("e310")).isEqualTo("e302eb05" + "e90910f0ff");
        assertThat(copy("67e2f0")).isEqualTo("67e202eb05e9e90ff0ff");
        // To the range's own inside: to the copy; to its start: to the original.
        assertThat(copy("740190" + "90")).isEqualTo("0f8401000000" + "90" + "90");
        assertThat(copy("9074fd")).isEqualTo("90" + "0f84f90ff0ff");
    }

    @Test
    void tellsWhereEachCopyIsAndHowItEnds() {
        byte[] bytes = HexFormat.of().parseHex("55" + "4889e5" + "7410");
        Assembler out = new Assembler(TO);
        List<Long> seen = new ArrayList<>();
        Relocation result = Relocator.relocate(bytes, 0, bytes.length, FROM, out, (original, o) -> {
            seen.add(original);
            o.nop(1);
        });
        assertThat(seen).containsExactly(FROM, FROM + 1, FROM + 4);
        assertThat(result).isInstanceOfSatisfying(Relocation.Copied.class, copied -> {
            assertThat(copied.moves())
                    .containsExactly(
                            new Relocation.Move(FROM, TO),
                            new Relocation.Move(FROM + 1, TO + 2),
                            new Relocation.Move(FROM + 4, TO + 6));
            assertThat(copied.copyOf(FROM + 4)).hasValue(TO + 6);
            assertThat(copied.copyOf(FROM + 2)).isEmpty();
            assertThat(copied.fallsThrough()).isTrue();
            assertThat(copied.emulatesCall()).isFalse();
        });
        assertThat(((Relocation.Copied) relocate("c3")).fallsThrough()).isFalse();
        assertThat(((Relocation.Copied) relocate("ffe0")).fallsThrough()).isFalse();
        assertThat(((Relocation.Copied) relocate("ffd0")).emulatesCall()).isTrue();
    }

    /** Every 37th instruction of the C library is copied alone, and objdump has to read the same before and after. */
    @Test
    void realInstructionsReadTheSameAfterwards() throws Exception {
        byte[] code;
        try (ElfFile libc = ElfFile.open(Path.of("/usr/lib/x86_64-linux-gnu/libc.so.6"))) {
            Section text = libc.section(".text");
            assertThat(text).isNotNull();
            code = libc.read(text).toByteArray();
        }
        Instruction instruction = new Instruction();
        List<byte[]> originals = new ArrayList<>();
        Assembler out = new Assembler(TO);
        int count = 0;
        for (int at = 0; Decoder.decode(code, at, code.length, at, instruction); at += instruction.length()) {
            if (count++ % 37 != 0) {
                continue;
            }
            byte[] original = new byte[instruction.length()];
            instruction.copyBytes(original, 0);
            long slot = FROM + 0x1000_0000 + (long) originals.size() * SLOT;
            int before = out.position();
            if (instruction.flow() != Flow.LOOP
                    && Relocator.relocate(original, 0, original.length, slot, out) instanceof Relocation.Copied) {
                out.nop(before + SLOT - out.position());
                originals.add(original);
            } else {
                assertThat(out.position()).isEqualTo(before);
            }
        }
        assertThat(count).isGreaterThan(100_000);
        compare(originals, out.toByteArray());
    }

    private static void compare(List<byte[]> originals, byte[] copies) throws Exception {
        Assembler slots = new Assembler(FROM + 0x1000_0000);
        for (byte[] original : originals) {
            int before = slots.position();
            slots.db(original);
            slots.nop(before + SLOT - slots.position());
        }
        List<Objdump.Line> before = firstOfSlots(slots.toByteArray(), FROM + 0x1000_0000);
        List<Objdump.Line> after = firstOfSlots(copies, TO);
        assertThat(after).hasSameSizeAs(before).hasSize(originals.size());
        for (int i = 0; i < before.size(); i++) {
            String expected = before.get(i).absoluteText();
            if (expected.contains("call ")) {
                assertThat(after.get(i).text()).startsWith("push QWORD PTR [rip");
            } else {
                assertThat(after.get(i).absoluteText()).as("copy %d", i).isEqualTo(expected.replaceFirst("^bnd ", ""));
            }
        }
    }

    private static List<Objdump.Line> firstOfSlots(byte[] code, long base) throws Exception {
        return Objdump.disassemble(code, base).stream()
                .filter(line -> (line.address() - base) % SLOT == 0)
                .toList();
    }

    private static void refused(String code, RelocationRefusal reason) {
        assertThat(relocate(code))
                .as(code)
                .isInstanceOfSatisfying(
                        Relocation.Refused.class,
                        refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    private static Relocation relocate(String code) {
        byte[] bytes = HexFormat.of().parseHex(code);
        return Relocator.relocate(bytes, 0, bytes.length, FROM, new Assembler(TO));
    }

    private static String copy(String code) {
        byte[] bytes = HexFormat.of().parseHex(code);
        Assembler out = new Assembler(TO);
        assertThat(Relocator.relocate(bytes, 0, bytes.length, FROM, out)).isInstanceOf(Relocation.Copied.class);
        return HexFormat.of().formatHex(out.toByteArray());
    }
}
