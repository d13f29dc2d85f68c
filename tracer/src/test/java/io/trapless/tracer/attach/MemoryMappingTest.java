package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class MemoryMappingTest {
    private static MemoryMapping only(String line) {
        List<MemoryMapping> all = MemoryMapping.parseAll((line + "\n").getBytes(StandardCharsets.UTF_8));
        assertThat(all).hasSize(1);
        return all.getFirst();
    }

    @Test
    void aFile() {
        MemoryMapping mapping = only("7f00deadb000-7f00deadc000 r-xp 0001a000 103:0a 1234567890   /usr/lib/libx.so.1");
        assertThat(mapping)
                .isEqualTo(new MemoryMapping(
                        0x7f00deadb000L,
                        0x7f00deadc000L,
                        true,
                        false,
                        true,
                        false,
                        0x1a000,
                        0x1030aL,
                        1234567890,
                        "/usr/lib/libx.so.1",
                        false));
    }

    @Test
    void namesWithBlanksNewlinesAndOtherLetters() {
        assertThat(only("1000-2000 rw-s 00000000 00:01 5 /a b/c d").path()).isEqualTo("/a b/c d");
        assertThat(only("1000-2000 rw-s 00000000 00:01 5 /a\\012b").path()).isEqualTo("/a\nb");
        assertThat(only("1000-2000 rw-s 00000000 00:01 5 /\u00e4\u20ac").path()).isEqualTo("/\u00e4\u20ac");
    }

    @Test
    void aFileThatWasReplaced() {
        MemoryMapping mapping = only("1000-2000 rw-s 00000000 00:01 5 /tmp/x (deleted)");
        assertThat(mapping.path()).isEqualTo("/tmp/x");
        assertThat(mapping.deleted()).isTrue();
        assertThat(mapping.shared()).isTrue();
    }

    @Test
    void memoryWithoutAFileAndTheKernelsHalf() {
        List<MemoryMapping> all = MemoryMapping.parseAll("""
                1000-2000 ---p 00000000 00:00 0
                2000-3000 rw-p 00000000 00:00 0                          [heap]
                ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
                """.getBytes(StandardCharsets.US_ASCII));
        assertThat(all).extracting(MemoryMapping::path).containsExactly("", "[heap]");
        assertThat(all.getFirst().isInaccessible()).isTrue();
        assertThat(all.getFirst().isFile()).isFalse();
    }

    /** Put together again, the parts of every line are the line. */
    @Test
    void everyLineOfThisProcess() throws Exception {
        byte[] text = Files.readAllBytes(Path.of("/proc/self/maps"));
        List<String> lines = new ArrayList<>();
        for (String line : new String(text, StandardCharsets.UTF_8).split("\n", -1)) {
            if (!line.isEmpty() && !line.endsWith("[vsyscall]")) {
                lines.add(line.replaceAll(" +", " ").strip());
            }
        }
        assertThat(MemoryMapping.parseAll(text).stream().map(MemoryMappingTest::line))
                .containsExactlyElementsOf(lines);
    }

    private static String line(MemoryMapping m) {
        long major = m.device() >>> 8 & 0xfff | m.device() >>> 32 & ~0xfffL;
        long minor = m.device() & 0xff | m.device() >>> 12 & 0xffffff00L;
        String text = String.format(
                Locale.ROOT,
                "%08x-%08x %s%s%s%s %08x %02x:%02x %d %s%s",
                m.start(),
                m.end(),
                m.readable() ? "r" : "-",
                m.writable() ? "w" : "-",
                m.executable() ? "x" : "-",
                m.shared() ? "s" : "p",
                m.offset(),
                major,
                minor,
                m.inode(),
                m.path(),
                m.deleted() ? " (deleted)" : "");
        return text.replaceAll(" +", " ").strip();
    }
}
