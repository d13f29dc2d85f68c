package io.trapless.binary.elfwriter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.Tools;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that the field's own readers find nothing to say about, and that dynamic linkers load and run. */
final class SharedObjectTest {
    private static final byte[] SENTENCE = "written before main\n".getBytes(StandardCharsets.US_ASCII);
    private static final List<String> IMPORTS = List.of("dl_iterate_phdr", "nobody_defines_this");
    private static final int SYS_WRITE = 1;

    @TempDir
    Path folder;

    @Test
    void elflintAndReadelfFindNothingWrong() throws Exception {
        for (int readOnlyBytes : new int[] {0, 1, 3000, 4096, 100_000}) {
            Path file = Files.write(
                    folder.resolve("object" + readOnlyBytes + ".so"), object(new byte[readOnlyBytes], 100, false));
            assertThat(Tools.run("eu-elflint", "--gnu-ld", file.toString()).strip())
                    .isEqualTo("No errors");
            Process readelf = new ProcessBuilder("readelf", "-aW", file.toString())
                    .redirectErrorStream(true)
                    .start();
            String text = new String(readelf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(readelf.waitFor()).isZero();
            assertThat(text)
                    .doesNotContainIgnoringCase("warning")
                    .doesNotContainIgnoringCase("error")
                    .contains("DYN (Shared object file)", "INITFIRST", "R_X86_64_GLOB_DAT", "dl_iterate_phdr")
                    .contains("GNU_STACK")
                    .doesNotContain("RWE");
        }
    }

    @Test
    void ourOwnReaderReadsIt() throws Exception {
        SharedObject object = new SharedObject("it.so", IMPORTS, SENTENCE, 32);
        ElfFile file = ElfFile.parse(object.write(new byte[] {(byte) 0xC3}, object.codeAddress()));
        assertThat(file.soname()).isEqualTo("it.so");
        assertThat(file.isCode(object.codeAddress())).isTrue();
        assertThat(file.readAt(object.readOnlyAddress(), SENTENCE.length).toByteArray())
                .isEqualTo(SENTENCE);
        assertThat(file.dynamicSymbols().size()).isEqualTo(3);
        assertThat(file.dynamicSymbols().name(2)).isEqualTo("nobody_defines_this");
        assertThat(file.relocations().size()).isEqualTo(2);
        assertThat(file.relocations().slot(1)).isEqualTo(object.slotAddress("nobody_defines_this"));
    }

    @Test
    void aLoaderRunsItsInitializerBeforeMain() throws Exception {
        Path file = Files.write(folder.resolve("sentence.so"), object(SENTENCE, 8, true));
        assertThat(Tools.run("env", "LD_PRELOAD=" + file, "/bin/echo", "main"))
                .isEqualTo(new String(SENTENCE, StandardCharsets.US_ASCII) + "main\n");
    }

    @Test
    void whatIsNotImportedHasNoSlot() {
        SharedObject object = new SharedObject("it.so", IMPORTS, SENTENCE, 0);
        assertThatThrownBy(() -> object.slotAddress("malloc")).hasMessageContaining("malloc");
    }

    /**
     * Its code writes the read-only data to standard output, if the symbol that exists has an address and the other has none.
     */
    private static byte[] object(byte[] readOnly, int writableBytes, boolean writes) {
        SharedObject object = new SharedObject("it.so", IMPORTS, readOnly, writableBytes);
        Assembler asm = new Assembler(object.codeAddress());
        Label out = asm.label();
        if (writes) {
            asm.cmp(Mem.ripAbsolute(object.slotAddress("dl_iterate_phdr")), 0, 8);
            asm.jcc(Condition.E, out);
            asm.cmp(Mem.ripAbsolute(object.slotAddress("nobody_defines_this")), 0, 8);
            asm.jcc(Condition.NE, out);
            asm.mov(Mem.ripAbsolute(object.writableAddress()), readOnly.length, 8);
            asm.mov(Gpr.RDX, Mem.ripAbsolute(object.writableAddress()), 8);
            asm.lea(Gpr.RSI, Mem.ripAbsolute(object.readOnlyAddress()));
            asm.mov(Gpr.RDI, 1);
            asm.mov(Gpr.RAX, SYS_WRITE);
            asm.syscall();
        }
        asm.bind(out);
        asm.ret();
        return object.write(asm.toByteArray(), object.codeAddress());
    }
}
