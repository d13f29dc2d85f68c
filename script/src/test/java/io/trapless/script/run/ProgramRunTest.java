package io.trapless.script.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.check.ProgramChecker;
import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.diagnostic.Source;
import io.trapless.script.output.TextOutput;
import io.trapless.script.output.TextSink;
import io.trapless.script.runtime.Clocks;
import io.trapless.script.runtime.ScriptRuntime;
import io.trapless.script.runtime.Targets;
import io.trapless.script.runtime.Warnings;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole programs without a process: text in, text out. */
final class ProgramRunTest {
    /** A run without sites that nobody stops. */
    private static final class Alone implements ProgramRun.Host {
        private final Signals signals = new Signals();

        @Override
        public @Nullable EventSource attach() {
            return null;
        }

        @Override
        public void attached(long probes) {}

        @Override
        public void breathe() {}

        @Override
        public Stop stop() {
            return new Stop() {
                @Override
                public boolean isRequested() {
                    return false;
                }

                @Override
                public boolean await(long nanos) throws InterruptedException {
                    Thread.sleep(nanos / 1_000_000, (int) (nanos % 1_000_000));
                    return false;
                }
            };
        }

        @Override
        public Signals signals() {
            return signals;
        }
    }

    private int status;

    private String run(String text) throws SourceException, InterruptedException {
        CheckResult result = ProgramChecker.check(new Source("stdin", text), CheckOptions.none());
        assertThat(result)
                .as(() -> result instanceof CheckResult.Failed failed ? failed.text() : text)
                .isInstanceOf(CheckResult.Ok.class);
        CheckedProgram program = ((CheckResult.Ok) result).program();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        TextSink sink = new TextSink(bytes, TextSink.Mode.FULL);
        TextOutput output = new TextOutput(sink, sink, true);
        ScriptRuntime runtime = new ScriptRuntime(
                program, new ScriptRuntime.Surroundings(Targets.NONE, Clocks.now(), Warnings.Level.NORMAL, 2), output);
        status = new ProgramRun(program, runtime, new Alone()).run();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            value = {
                "$x = 7; $x++; print($x / 2) # 4",
                "$x = (int8)255; print($x) # -1",
                "print((uint8)300) # 44",
                "print(1 ? 2 : 3) # 2",
                "print((1, \"a\", (2, 3))) # (1, a, (2, 3))",
                "print(strlen(\"hello\")) # 5",
                "print(strcontains(\"hello\", \"ell\")) # true",
                "print(\"a\" == \"a\" && 3 > 2) # true",
                "$i = 0; while ($i < 10) { $i++; if ($i == 4) { break; } } print($i) # 4",
                "for ($i : 0..10) { if ($i < 8) { continue; } print($i); } # 8|9",
                "@a[1, \"x\"] = 5; print(@a[1, \"x\"]); clear(@a) # 5",
                "@a = 1; @a++; print(@a); clear(@a) # @a: 2",
                "print(-7 / 2) # -3",
                "print(bswap((uint16)0x1234)) # 13330"
            })
    void statements(String text, String expected) throws SourceException, InterruptedException {
        assertThat(run("begin { " + text + " }").strip()).isEqualTo(expected.replace('|', '\n'));
    }

    @Test
    void mapsPrintAtTheEndInOrder() throws SourceException, InterruptedException {
        String out = run(
                "begin { @b[2] = 1; @b[1] = 3; @b[3] = 2; @a[\"y\"] = count(); @a[\"x\"] = count(); @a[\"x\"] = count(); }");

        assertThat(out).isEqualTo("\n\n@a[y]: 1\n@a[x]: 2\n@b[2]: 1\n@b[3]: 2\n@b[1]: 3\n");
    }

    @Test
    void exitEndsTheActionAndSetsTheStatus() throws SourceException, InterruptedException {
        String out = run("begin { printf(\"a\"); exit(3); printf(\"b\"); } end { printf(\"c\"); }");

        assertThat(out).isEqualTo("ac\n\n");
        assertThat(status).isEqualTo(3);
    }

    @Test
    void intervalsFireUntilExit() throws SourceException, InterruptedException {
        String out = run("interval:ms:1 { @n++; if (@n == 5) { exit(); } }");

        assertThat(out).isEqualTo("\n\n@n: 5\n");
    }

    @Test
    void aFullMapDropsAndTells() throws SourceException, InterruptedException {
        String out = run("config = { max_map_keys = 2 } begin { @[1] = 1; @[2] = 2; @[3] = 3; }");

        assertThat(out).contains("WARNING: Map full; can't update element").endsWith("@[1]: 1\n@[2]: 2\n");
    }

    @Test
    void divisionByZeroGivesOneAndTells() throws SourceException, InterruptedException {
        String out = run("begin { $z = (uint64)0; print(5 / $z); }");

        assertThat(out).contains("Divide or modulo by 0 detected").contains("1\n");
    }

    @Test
    void wildAddressesGiveNothing() throws SourceException, InterruptedException {
        assertThat(run("begin { printf(\"<%s>\\n\", str((int8 *)0x1234)); }")).startsWith("<>\n");
    }

    @Test
    void messagesFromMacrosNameTheirCalls() throws SourceException, InterruptedException {
        String out =
                run("macro inner() { warnf(\"odd\") } macro outer() { inner(); } begin { outer(); warnf(\"even\"); }");

        assertThat(out.lines().toList())
                .containsSubsequence(
                        "stdin:1:17-29: WARNING: odd",
                        "stdin:1:48-55: WARNING: expanded from",
                        "stdin:1:67-74: WARNING: expanded from",
                        "stdin:1:76-89: WARNING: even")
                .contains(" ".repeat(66) + "~".repeat(7));
    }

    @Test
    void aDivisionInAMacroNamesItsCall() throws SourceException, InterruptedException {
        String out = run("macro half(x) { 8 / x } begin { $z = (uint64)0; print(half($z)); }");

        assertThat(out)
                .contains("stdin:1:17-22: WARNING: Divide or modulo by 0 detected")
                .contains("stdin:1:55-63: WARNING: expanded from\n");
    }

    @Test
    void assertionsFailInTheLibraryAndAtTheirCall() throws SourceException, InterruptedException {
        String out = run("begin { assert(1 == 1, \"fine\"); assert(1 == 2, \"not so\"); print(3); }");

        assertThat(out.lines().toList())
                .startsWith(
                        "stdlib/base.bt:6:5-37: ERROR: assert failed: not so", "stdin:1:33-57: ERROR: expanded from")
                .doesNotContain("3");
        assertThat(status).isEqualTo(1);
    }
}
