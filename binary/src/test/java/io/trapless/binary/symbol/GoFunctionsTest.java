package io.trapless.binary.symbol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as Go's linker lays them out, on their own and within what another linker has made of a program. */
final class GoFunctionsTest {
    /** A program with code of Go's, whose table stands somewhere in a section of relocated data, behind something that only begins like one. */
    private static final String MERGED = """
            asm(".section .go.buildinfo,\\"aw\\"\\n .quad 0\\n"
                ".section .data.rel.ro,\\"aw\\"\\n .balign 8\\n"
                "decoy: .long 0xfffffff1, 0x08010000\\n .quad 1, 0, table, 72, 0, 0, 0, 72, 0, 0\\n"
                "table: .long 0xfffffff1, 0x08010000\\n"
                " .quad 1, 0, go_text, names - table, 0, 0, 0, functions - table\\n"
                "names: .byte 0\\n .asciz \\"main.main\\"\\n .balign 4\\n"
                "functions: .long 0, info - functions, go_end - go_text, 0\\n"
                "info: .long 0, 1\\n .zero 36\\n"
                ".text\\n .globl go_text, go_end\\n"
                "go_text: nop\\n nop\\n nop\\n go_end: ret\\n");
            int main(void) { return 0; }
            """;

    @TempDir
    Path directory;

    private static final long TEXT = 0x401000;
    private static final int NAMES = 72;
    private static final int FUNCTIONS = 96;
    private static final int GO_1_18 = 0xfffffff0;
    private static final int GO_1_20 = 0xfffffff1;

    /** Where it is told more about the second function, from {@link #FUNCTIONS} on. */
    private static final int INFOS = 68;

    /**
     * Two functions: {@code main.main} at 0x20 bytes from the beginning of the code, of 0x40 bytes, and behind it {@code main.f}, which ends at 0x70 and was written in assembly.
     *
     * @param magic of Go 1.18, whose functions' flags stand 37 bytes behind the beginning, or of 1.20: 41
     */
    private static byte[] table(int magic) {
        ByteBuffer table = ByteBuffer.allocate(FUNCTIONS + INFOS + 42).order(ByteOrder.LITTLE_ENDIAN);
        table.putInt(0, magic).put(6, (byte) 1).put(7, (byte) 8);
        table.putLong(8, 2).putLong(24, TEXT).putLong(32, NAMES).putLong(64, FUNCTIONS);
        table.put(NAMES + 1, "main.main\0main.f\0".getBytes(StandardCharsets.US_ASCII));
        table.position(FUNCTIONS);
        table.putInt(0x20).putInt(24).putInt(0x60).putInt(INFOS).putInt(0x70).putInt(0);
        table.putInt(FUNCTIONS + 24, 0x20).putInt(FUNCTIONS + 28, 1);
        table.putInt(FUNCTIONS + INFOS, 0x60).putInt(FUNCTIONS + INFOS + 4, 11);
        int flags = magic == GO_1_18 ? 37 : 41;
        table.put(FUNCTIONS + 24 + flags, (byte) 3).put(FUNCTIONS + INFOS + flags, (byte) 5);
        return table.array();
    }

    @ParameterizedTest
    @ValueSource(ints = {GO_1_18, GO_1_20})
    void functionsAndWhereGosCodeEnds(int magic) throws ElfException {
        GoFunctions go = GoFunctions.read(ByteView.of(table(magic)), TEXT);
        assertThat(go.start()).isEqualTo(TEXT);
        assertThat(go.end()).isEqualTo(TEXT + 0x70);
        assertThat(go.functions())
                .containsExactly(
                        new GoFunctions.CompiledFunction("main.main", TEXT + 0x20, 0x40, false),
                        new GoFunctions.CompiledFunction("main.f", TEXT + 0x60, 0x10, true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-no-pie", "-pie"})
    void anotherLinkerMergesTheTableIntoOtherData(String kind) throws ElfException {
        Path program = Tools.compile(directory, "merged.c", MERGED, kind);
        try (ElfFile file = ElfFile.open(program)) {
            assertThat(file.section(".gopclntab")).isNull();
            assertThat(GoFunctions.areIn(file)).isTrue();
            GoFunctions go = GoFunctions.of(file);
            assertThat(go).isNotNull();
            assertThat(go.end() - go.start()).isEqualTo(3);
            assertThat(go.functions())
                    .containsExactly(new GoFunctions.CompiledFunction("main.main", go.start(), 3, false));
        }
    }

    @Test
    void aProgramInCHasNone() throws ElfException {
        Path program = Tools.compile(directory, "plain.c", "int main(void) { return 0; }");
        try (ElfFile file = ElfFile.open(program)) {
            assertThat(GoFunctions.areIn(file)).isFalse();
            assertThat(GoFunctions.of(file)).isNull();
        }
    }

    @Test
    void aTableThatIsCutOrCountsTooManyIsNone() {
        byte[] whole = table(GO_1_20);
        for (int size = 0; size < whole.length; size++) {
            ByteView cut = ByteView.of(Arrays.copyOf(whole, size));
            assertThatThrownBy(() -> GoFunctions.read(cut, TEXT)).isInstanceOf(ElfException.class);
        }
        byte[] many = table(GO_1_20);
        ByteBuffer.wrap(many).order(ByteOrder.LITTLE_ENDIAN).putLong(8, Long.MAX_VALUE);
        assertThatThrownBy(() -> GoFunctions.read(ByteView.of(many), TEXT)).isInstanceOf(ElfException.class);
    }
}
