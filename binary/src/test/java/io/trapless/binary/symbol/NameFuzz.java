package io.trapless.binary.symbol;

import io.trapless.binary.demangle.Demangler;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.sdt.UsdtArgumentParser;
import io.trapless.fuzz.Fuzzing;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Takes bytes for the texts that files hold: mangled names, static probes' arguments; and for the pattern that a user matches with them. */
public final class NameFuzz {
    private NameFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        Fuzzing.measured(input, () -> read(new String(input, StandardCharsets.UTF_8)));
    }

    private static void read(String text) {
        for (String symbol : new String[] {text, "_R" + text, "_ZN" + text, "_Z" + text}) {
            String readable = Demangler.demangle(symbol);
            if (readable != null) {
                CanonicalName.of(readable);
            }
        }
        CanonicalName.of(text);
        Glob.of(text).matches(text);
        Glob.of(text).matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
        try {
            UsdtArgumentParser.parse(text, name -> OptionalLong.of(name.length()));
            UsdtArgumentParser.parse(text, _ -> OptionalLong.empty());
        } catch (ElfException e) {
            throw new AssertionError("neither look-up throws", e);
        }
    }
}
