package io.trapless.language.slice;

import io.trapless.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageFuzzTest {
    /** The first character is the harness's choice: '0' a clause, '1' an expression, '2' a program, '3' an attach point. */
    private static final List<byte[]> SEEDS = Stream.of(
                    "0uprobe:libc:malloc / arg0 > 4096 && pid != 1 / { size = arg0, who = str(arg1, 16), *p = 1 }",
                    "0usdt:/bin/x:prov:name { a = *(uint32*)arg0, b = buf(arg1, 8), c = reg(\"ax\") ? -arg2 : ~arg3 }",
                    "0u:\"a b\":f+0x10,uprobe:./x:0x1234 { a = ((int16*)arg0)[3], b = str(arg0) == \"x\\n\\x41\", n = nsecs }",
                    "1(uint8)arg0 << 3 | 1e3 ^ 0x_ff % 7 / -2 - - 1",
                    "1@x[1, \"a\"] ? (1, 2).0 : { let $a = 1; $a++ }",
                    "2#include <a.h>\nstruct s { int a; }\nconfig = { a = 1 }\nBEGIN { @a[tid] = count(); if ($1) { exit() } }",
                    "2uprobe:libc:f* / comm == \"x\" / { for ($i : 0..5) { printf(\"%d\", $i); } while (1) { break; } }",
                    "3uretprobe:lib[cd]*:cpp:\"std::f(int)\"",
                    "3kprobe:f+8")
            .map(s -> s.getBytes(StandardCharsets.UTF_8))
            .toList();

    @Test
    void damagedTextIsReadOrRefused() {
        Fuzzing.replay(LanguageFuzz::fuzzerTestOneInput, SEEDS);
    }

    @Test
    @Tag("long")
    void noTextSurprisesTheParser(@TempDir Path folder) throws IOException, InterruptedException {
        Fuzzing.search(LanguageFuzz.class, folder, SEEDS, 2048);
    }
}
