package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** User stacks: exact frames of a program of ours, gdb's of one without frame pointers, and stacks on which nothing may go wrong. */
class StacksTest {
    private static final String WITH_FRAME_POINTERS = "-fno-omit-frame-pointer";
    private static final int ROUNDS = 20;

    @TempDir
    Path directory;

    private static Path program(String option, String variant) throws IOException, InterruptedException {
        return Programs.compiled("frames", variant, List.of("gcc", option, "-fno-optimize-sibling-calls"));
    }

    private static Path withPointers() throws IOException, InterruptedException {
        return program(WITH_FRAME_POINTERS, "-fp");
    }

    private static Path without() throws IOException, InterruptedException {
        return program("-fomit-frame-pointer", "-nofp");
    }

    /** Runs a program over {@code frames}, which must say what it says untraced. */
    private static String traced(Path frames, String text) throws IOException, InterruptedException {
        String plain = Programs.run(List.of(frames.toString(), Integer.toString(ROUNDS)));
        String out = Trapless.run(
                        "-q",
                        "-e",
                        "config = { unstable_dw_ustack=enable; show_debug_info=0 } " + text,
                        "-c",
                        frames + " " + ROUNDS)
                .succeeded()
                .out();
        assertThat(out).contains(plain.strip());
        return out;
    }

    /** Stacks that a map printed as keys, without offsets: names innermost first, joined by blanks, and the count. */
    private static List<String> stacks(String out, String map) {
        List<String> stacks = new ArrayList<>();
        Matcher matcher = Pattern.compile("^@" + map + "\\[\\n(.*?)\\n]: (\\d+)$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(out);
        while (matcher.find()) {
            stacks.add(matcher.group(1).strip().replaceAll("\\+\\d+", "").replaceAll("\\s+", " ") + " "
                    + matcher.group(2));
        }
        return stacks;
    }

    @Test
    void framesAreExactOnStacksOfAllKinds() throws IOException, InterruptedException {
        Path frames = withPointers();
        String leaf = "uprobe:" + frames + ":leaf";
        String out = traced(
                frames,
                leaf + " { @fp[ustack(5)] = count(); @dw[dw_ustack(5)] = count(); @deepest = max(len(ustack)); }"
                        + " uprobe:" + frames + ":struck { @wild[len(ustack)] = count(); }"
                        + " uretprobe:" + frames
                        + ":outer { @ret[ustack(2)] = count(); @returned[dw_ustack(2)] = count(); }");
        assertThat(stacks(out, "fp"))
                .contains("leaf middle outer deep deep " + ROUNDS)
                .anyMatch(stack -> stack.startsWith("leaf middle outer main ") && stack.endsWith(" " + ROUNDS))
                .anyMatch(stack -> stack.startsWith("leaf middle outer on_signal ") && stack.endsWith(" " + ROUNDS))
                .anyMatch(stack -> stack.startsWith("leaf middle outer coroutine ") && stack.endsWith(" " + ROUNDS))
                .hasSize(4);
        assertThat(stacks(out, "dw"))
                .contains("leaf middle outer deep deep " + ROUNDS)
                .anyMatch(stack -> stack.startsWith("leaf middle outer on_signal "))
                .anyMatch(stack -> stack.startsWith("leaf middle outer coroutine "))
                .hasSize(4);
        for (String returned : List.of("ret", "returned")) {
            assertThat(stacks(out, returned))
                    .contains("deep deep " + ROUNDS)
                    .anyMatch(stack -> stack.startsWith("main ") && stack.endsWith(" " + ROUNDS))
                    .noneMatch(stack -> stack.contains("outer"));
        }
        assertThat(out).contains("@deepest: 127\n").contains("@wild[2]: " + 10 * ROUNDS + "\n");
    }

    /** Behind {@code push %rbp} and before it is set, and in a function that never sets it: call frame information knows the caller. */
    @Test
    void theCallerIsRightInTheMiddleOfFunctions() throws IOException, InterruptedException {
        Path frames = withPointers();
        String out = traced(frames, "uprobe:" + frames + ":middle+1 { @pushed[ustack(3)] = count(); }");
        assertThat(stacks(out, "pushed"))
                .contains("middle outer main " + ROUNDS, "middle outer deep " + ROUNDS)
                .hasSize(4);
        Path without = without();
        String bare = traced(without, "uprobe:" + without + ":deep+4 { @moved[ustack(2)] = count(); }");
        assertThat(stacks(bare, "moved")).containsExactlyInAnyOrder("deep main " + ROUNDS, "deep deep " + 200 * ROUNDS);
    }

    /** Where a function ends in a jump to another one, its caller is on top of the stack all the same. */
    @Test
    void tailJumpsHaveTheStackOfTheCaller() throws IOException, InterruptedException {
        Path frames = Programs.compiled("frames", "-tail", List.of("gcc", WITH_FRAME_POINTERS));
        String out = traced(
                frames,
                "uretprobe:" + frames + ":on_signal { @fp[ustack(1)] = count(); @dw[dw_ustack(1)] = count(); }"
                        + " uretprobe:" + frames + ":deep { @depth[dw_ustack(2)] = count(); }");
        assertThat(stacks(out, "fp"))
                .containsExactlyInAnyOrderElementsOf(stacks(out, "dw"))
                .hasSize(1);
        assertThat(stacks(out, "depth")).contains("deep deep " + 199 * ROUNDS);
    }

    @Test
    void withoutFramePointersItIsUnwoundAsGdbDoes() throws IOException, InterruptedException {
        Path frames = without();
        String out = traced(frames, "uprobe:" + frames + ":leaf { @dw[dw_ustack(40)] = count(); }");
        String gdb = Programs.run(List.of(
                "gdb",
                "-q",
                "-batch",
                "-ex",
                "set debuginfod enabled off",
                "-ex",
                "set backtrace past-main on",
                "-ex",
                "set backtrace past-entry on",
                "-ex",
                "break leaf",
                "-ex",
                "run",
                "-ex",
                "bt 40",
                "--args",
                frames.toString(),
                Integer.toString(ROUNDS)));
        List<String> theirs = new ArrayList<>();
        Matcher frame = Pattern.compile("^#\\d+ +(?:0x[0-9a-f]+ in )?(\\w+) ", Pattern.MULTILINE)
                .matcher(gdb);
        while (frame.find()) {
            theirs.add(frame.group(1).replace("_impl", ""));
        }
        assertThat(theirs).startsWith("leaf", "middle", "outer", "main").contains("_start");
        List<String> ours = stacks(out, "dw");
        assertThat(ours).contains(String.join(" ", theirs) + " " + ROUNDS);
        assertThat(ours).anyMatch(stack -> stack.matches("leaf middle outer (deep ){37}" + ROUNDS));
        // What the signal interrupted is on another stack, of which nothing was captured but its registers.
        assertThat(ours).anyMatch(stack -> stack.matches("leaf middle outer on_signal __restore_rt \\S+ " + ROUNDS));
    }

    /** A real program without frame pointers: all the way out. */
    @Test
    void pythonIsUnwoundToItsStart() throws IOException, InterruptedException {
        Path script = directory.resolve("naps.py");
        Files.writeString(script, "import time\nfor i in range(5): time.sleep(0.001)\nprint('slept')\n");
        String out = Trapless.run(
                        "-q",
                        "-e",
                        "config = { unstable_dw_ustack=enable; show_debug_info=0 } uprobe:libc:clock_nanosleep { @[dw_ustack] = count(); }",
                        "-c",
                        "/usr/bin/python3 " + script)
                .succeeded()
                .out();
        assertThat(out).contains("slept");
        assertThat(stacks(out, ""))
                .isNotEmpty()
                .allMatch(stack ->
                        stack.matches("clock_nanosleep .*_PyEval_EvalFrameDefault .*Py_BytesMain .*_start \\d"));
    }

    /** Code that a JVM makes as it runs has the names that the JVM gives when it is asked. */
    @Test
    void aJvmTellsTheNamesOfItsCode() throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("java.home"));
        Path source = directory.resolve("Sleeper.java");
        Files.writeString(
                source,
                "class Sleeper { public static void main(String[] a) throws Exception { while (true) Thread.sleep(20); } }");
        List<String> command = Programs.leashed(List.of(
                home.resolve("bin/java").toString(), "-Xmx128m", "-XX:+PreserveFramePointer", source.toString()));
        try (Trapless.Running jvm = Trapless.Running.start(Map.of(), command)) {
            String out = Trapless.run(
                            "-q",
                            "-e",
                            "uprobe:" + home.resolve("lib/server/libjvm.so")
                                    + ":JVM_Sleep* { @[pid, ustack(perf, 12)] = count(); @n = count(); }"
                                    + " interval:ms:200 { if ((int64)@n > 3) { exit(); } } interval:s:100 { exit(); }")
                    .succeeded()
                    .out();
            assertThat(jvm.isAlive()).isTrue();
            assertThat(out).containsPattern("\\t[0-9a-f]+ [^\\n]+\\+\\d+ \\(/tmp/perf-\\d+\\.map\\)\\n");
            Matcher map = Pattern.compile("/tmp/perf-\\d+\\.map").matcher(out);
            if (map.find()) {
                Files.deleteIfExists(Path.of(map.group()));
            }
        }
    }

    @Test
    void modesPrintAsInBpftrace() throws IOException, InterruptedException {
        Path frames = withPointers();
        String out = traced(
                frames,
                "uprobe:" + frames + ":leaf /arg0 == 1/ { printf(\"<%s><%s><%s><%s>\\n\", ustack(2), ustack(perf, 2),"
                        + " ustack(raw, 2), ustack(build_id, 2)); exit(); }");
        String path = Pattern.quote(frames.toString());
        assertThat(out)
                .containsPattern("<\\n {8}leaf\\+0\\n {8}middle\\+\\d+\\n>"
                        + "<\\n\\t[0-9a-f]+ leaf\\+0 \\(" + path + "\\)\\n\\t[0-9a-f]+ middle\\+\\d+ \\(" + path
                        + "\\)\\n>"
                        + "<\\n[0-9a-f]+\\n[0-9a-f]+\\n><\\n[0-9a-f]{40} 0x[0-9a-f]+\\n[0-9a-f]{40} 0x[0-9a-f]+\\n>");
    }

    @Test
    void aTraceHasThemForEveryReader() throws IOException, InterruptedException {
        Path frames = withPointers();
        Path trace = directory.resolve("t");
        Trapless.run(
                        "record",
                        "-o",
                        trace,
                        "-e",
                        "uprobe:" + frames + ":leaf { s = ustack(4), x = arg0 }",
                        "--",
                        frames,
                        1)
                .succeeded();
        String text = Trapless.run("view", trace).succeeded().out();
        assertThat(text).containsPattern("\\{ s = \\[leaf\\+0, middle\\+\\d+, outer\\+\\d+, main\\+\\d+], x = 0 }");
        String json =
                Trapless.run("view", "--json", "--limit", 1, trace).succeeded().out();
        Matcher array =
                Pattern.compile("\"s\": \\[(\\d+), (\\d+), (\\d+), (\\d+)]").matcher(json);
        assertThat(array.find()).as(json).isTrue();
        String theirs = Programs.run(List.of("babeltrace2", trace.toString()));
        String first = "s = [ [0] = 0x%X, [1] = 0x%X, [2] = 0x%X, [3] = 0x%X ]"
                .formatted(
                        Long.parseLong(array.group(1)),
                        Long.parseLong(array.group(2)),
                        Long.parseLong(array.group(3)),
                        Long.parseLong(array.group(4)));
        assertThat(theirs).contains(first);
        String again = Trapless.run(
                        "-q", "-e", "uprobe:" + frames + ":leaf { @[ustack(4)] = count(); }", "--trace", trace)
                .succeeded()
                .out();
        assertThat(stacks(again, "")).contains("leaf middle outer main 1", "leaf middle outer deep 1");
    }
}
