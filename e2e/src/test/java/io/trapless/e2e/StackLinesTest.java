package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stacks with the lines and inlined functions that debugging information tells. */
class StackLinesTest {
    private static final String PROBE = "uprobe:%1$s:leaf ";

    @TempDir
    Path directory;

    private static Path inlined() throws IOException, InterruptedException {
        return Programs.compiled(
                "inlined", "-lines", List.of("gcc", "-g", "-fno-omit-frame-pointer", "-fno-optimize-sibling-calls"));
    }

    private static String traced(String text) throws IOException, InterruptedException {
        Path program = inlined();
        return Trapless.run("-q", "-e", text.formatted(program), "-c", program + " 3")
                .succeeded()
                .out();
    }

    /** {@code @file:line} of the line of the source that has a text. */
    private static String at(String text) throws IOException {
        Path source = Trapless.home().resolve("e2e/src/test/c/inlined.c");
        List<String> lines = Files.readAllLines(source);
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).contains(text)) {
                return Pattern.quote("@" + source + ":" + (i + 1));
            }
        }
        throw new AssertionError("no such line: " + text);
    }

    /** The frames from leaf to main as a pattern, with inlined functions and lines. */
    private static String frames() throws IOException {
        return " {8}leaf\\+0" + at("void leaf(")
                + "\\n {8}\\[inlined\\] near_it" + at("/* the call of leaf */")
                + "\\n {8}\\[inlined\\] far_from_it" + at("/* the call of near_it */")
                + "\\n {8}caller\\+\\d+" + at("/* the call of far_from_it */")
                + "\\n {8}main\\+\\d+" + at("/* the call of caller */")
                + "\\n";
    }

    /** The limit counts addresses; printed when the process is gone. */
    @Test
    void linesAndInlinedFunctionsShow() throws IOException, InterruptedException {
        String out = traced("config = { unstable_dw_ustack=enable } " + PROBE
                + "{ @fp[ustack(3)] = count(); @dw[dw_ustack(3)] = count(); @n = max(len(ustack(3))); }");
        assertThat(out)
                .containsPattern("@fp\\[\\n" + frames() + "]: 3\\n")
                .containsPattern("@dw\\[\\n" + frames() + "]: 3\\n")
                .contains("@n: 3\n");
    }

    @Test
    void eachModeShowsThemInItsWay() throws IOException, InterruptedException {
        String out = traced(
                PROBE
                        + "/arg0 == 1/ { printf(\"<%%s><%%s><%%s>\\n\", ustack(2), ustack(perf, 2), ustack(raw, 2)); exit(); }");
        Matcher matcher =
                Pattern.compile("<\\n([^<>]*)><\\n([^<>]*)><\\n([^<>]*)>").matcher(out);
        assertThat(matcher.find()).as(out).isTrue();
        String file = Pattern.quote(inlined().toString());
        assertThat(matcher.group(1)).contains("[inlined] near_it@").contains(".c:");
        assertThat(matcher.group(2))
                .matches("\\t[0-9a-f]+ leaf\\+0 \\(" + file + "\\)\\n\\t([0-9a-f]+) near_it \\(inlined\\)\\n"
                        + "\\t\\1 far_from_it \\(inlined\\)\\n\\t\\1 caller\\+\\d+ \\(" + file + "\\)\\n");
        assertThat(matcher.group(3)).matches("[0-9a-f]+\\n[0-9a-f]+\\n");
    }

    @Test
    void theyCanBeSwitchedOff() throws IOException, InterruptedException {
        for (String off : List.of("show_debug_info", "use_blazesym")) {
            String out = traced("config = { " + off + "=0 } " + PROBE + "{ @[ustack(3)] = count(); }");
            assertThat(out).containsPattern("@\\[\\n {8}leaf\\+0\\n {8}caller\\+\\d+\\n {8}main\\+\\d+\\n]: 3\\n");
        }
    }

    /** Where a function returns, the line is that of its call. */
    @Test
    void returnsBeginWithTheCaller() throws IOException, InterruptedException {
        String out = traced("uretprobe:%1$s:leaf { @[ustack(2)] = count(); }");
        assertThat(out).containsPattern("@\\[\\n" + frames().substring(frames().indexOf("\\n") + 2) + "]: 3\\n");
    }

    @Test
    void overATraceToo() throws IOException, InterruptedException {
        Path program = inlined();
        Path trace = directory.resolve("t");
        Trapless.run("record", "-o", trace, "-e", PROBE.formatted(program) + "{ s = ustack(3) }", "--", program, 3)
                .succeeded();
        String out = Trapless.run(
                        "-q", "-e", PROBE.formatted(program) + "{ @[ustack(3)] = count(); }", "--trace", trace)
                .succeeded()
                .out();
        assertThat(out).containsPattern("@\\[\\n" + frames() + "]: 3\\n");
    }
}
