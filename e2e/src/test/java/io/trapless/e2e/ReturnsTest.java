package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that are left in every way: their exits, the values they return, how long they took, and what was thrown away. */
final class ReturnsTest {
    private static final int SECONDS = 120;
    private static final int ROUNDS = 90;

    @TempDir
    Path folder;

    /** A line of {@code view --json}; {@code exit} is null but for exits that are no returns. */
    private record Line(String function, boolean entry, Map<String, Object> json) {
        static Line of(String text) {
            Map<String, Object> json = Json.object(text);
            String probe = (String) json.get("probe");
            return new Line(probe.substring(probe.lastIndexOf(':') + 1), probe.startsWith("uprobe:"), json);
        }

        String exit() {
            return (String) json.get("exit");
        }

        boolean hasDuration() {
            return json.get("duration") instanceof Long nanos && nanos >= 0;
        }

        @SuppressWarnings("unchecked")
        Object value() {
            return ((Map<String, Object>) json.get("fields")).get("r");
        }
    }

    @Test
    void everyCallHasItsExit() throws Exception {
        List<Line> lines = record("returns", ROUNDS, "sum", "tail", "leaf", "choose", "jumper", "lander", "step");

        assertThat(exits(lines, "sum")).hasSize(6 * ROUNDS).allSatisfy(line -> {
            assertThat(line.exit()).isNull();
            assertThat(line.hasDuration()).isTrue();
        });
        assertThat(values(lines, "sum")).isEqualTo(Map.of(0L, 90L, 1L, 90L, 3L, 90L, 6L, 90L, 10L, 90L, 15L, 90L));

        assertThat(exits(lines, "tail")).hasSize(ROUNDS).allSatisfy(line -> {
            assertThat(line.exit()).isEqualTo("tail");
            assertThat(line.value()).as("there is no value yet").isNull();
            assertThat(line.hasDuration()).isTrue();
        });
        assertThat(exits(lines, "leaf"))
                .hasSize(ROUNDS + 2 * ROUNDS / 3)
                .allSatisfy(line -> assertThat(line.hasDuration()).isTrue());

        assertThat(exits(lines, "choose")).hasSize(ROUNDS);
        assertThat(exits(lines, "choose").stream().filter(line -> "tail".equals(line.exit())))
                .as("a conditional jump is an exit only when it is taken")
                .hasSize(ROUNDS / 3);
        assertThat(values(lines, "choose")).as("choose(2) gives 7 too").containsEntry(7L, ROUNDS / 3L + 1);

        assertThat(exits(lines, "jumper")).hasSize(4 * ROUNDS).allSatisfy(line -> {
            assertThat(line.exit()).isEqualTo("unwound");
            assertThat(line.json.get("maxDuration")).isInstanceOf(Long.class);
        });
        assertThat(values(lines, "lander")).isEqualTo(Map.of(5L, (long) ROUNDS));

        assertThat(exits(lines, "step"))
                .as("coroutines: nothing is unwound, and each exit finds its entry on its own stack")
                .hasSize(8 * ROUNDS)
                .allSatisfy(line -> {
                    assertThat(line.exit()).isNull();
                    assertThat(line.hasDuration()).isTrue();
                });
        for (String function : List.of("sum", "tail", "leaf", "choose", "jumper", "lander", "step")) {
            assertThat(lines.stream().filter(line -> line.entry && line.function.equals(function)))
                    .as("entries of %s", function)
                    .hasSameSizeAs(exits(lines, function));
        }
    }

    @Test
    void exceptionsFlyThroughProbedFrames() throws Exception {
        int calls = 70;
        List<Line> lines = record("throw", calls, "_Z6deeperii", "_Z7attempti");
        assertThat(exits(lines, "_Z7attempti")).hasSize(calls).allSatisfy(line -> {
            assertThat(line.exit()).isNull();
            assertThat(line.hasDuration()).isTrue();
        });
        assertThat(exits(lines, "_Z6deeperii"))
                .hasSize(calls / 7 * (1 + 2 + 3 + 4 + 5 + 6 + 7))
                .allSatisfy(line -> assertThat(line.exit()).isEqualTo("unwound"));
    }

    @Test
    void theTextSaysIt() throws Exception {
        record("returns", 3, "tail", "jumper", "lander", "sum");
        String text = Trapless.run("view", folder.resolve("trace")).succeeded().out();
        assertThat(text.lines())
                .anyMatch(line -> line.matches(".*uretprobe:.*:sum: \\{ r = 15, duration = [0-9]+ ns }"))
                .anyMatch(line -> line.matches(".*uretprobe:.*:tail: \\{ exit = tail, duration = [0-9]+ ns }"))
                .anyMatch(line -> line.matches(".*uretprobe:.*:jumper: \\{ exit = unwound, duration < [0-9]+ ns }"))
                .noneMatch(line -> line.contains("_sp"));
    }

    @Test
    void argumentsAreRefusedAtReturns() throws Exception {
        try (Target target = Target.start("returns", 1)) {
            Trapless.Result result = Trapless.run(
                    "record",
                    "-p",
                    target.pid(),
                    "-e",
                    "uretprobe:libc:malloc { size = arg0 }",
                    "-o",
                    folder.resolve("no"));
            assertThat(result.exitStatus()).isEqualTo(2);
            assertThat(result.err()).contains("arg0 when the function returns").contains("retval is what it returns");
        }
    }

    @Test
    void coverageTellsWhatCanBeProbed() throws Exception {
        Trapless.Result result =
                Trapless.run("list", Programs.compiled("returns"), "--coverage").succeeded();
        assertThat(result.out().lines().map(line -> line.split(" +")[0]))
                .contains("entries", "returns", "tail", "functions", "USDT", "instructions");
        assertThat(result.out().lines().filter(line -> line.startsWith("entries")))
                .singleElement()
                .asString()
                .contains("100.00 %");
        assertThat(Trapless.run("list", "-p", ProcessHandle.current().pid(), "--coverage")
                        .exitStatus())
                .isEqualTo(2);
    }

    @Test
    void coverageOfManyFilesIsATable() throws Exception {
        Path program = Files.copy(Programs.compiled("returns"), folder.resolve("one"));
        Files.createLink(folder.resolve("the same"), program);
        Files.copy(Programs.compiled("brief"), folder.resolve("two"));
        Files.writeString(folder.resolve("no program"), "text");
        Trapless.Result result = Trapless.run("list", folder, "--coverage").succeeded();
        assertThat(result.out().lines().filter(line -> line.contains(folder.toString())))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line.strip().split(" +")[1]).isEqualTo("100.00"));
        assertThat(result.out()).contains("2 files: ");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(Trapless.run("list", empty, "--coverage").exitStatus()).isEqualTo(1);
    }

    /** Runs a target to its end with both ends of its functions recorded, and checks that it did what it does alone. */
    private List<Line> record(String program, int calls, String... functions) throws Exception {
        Path trace = folder.resolve("trace");
        try (Target target = Target.start(program, calls)) {
            List<String> words = new ArrayList<>(List.of("record", "-p", Long.toString(target.pid())));
            for (String function : functions) {
                words.addAll(
                        List.of("-e", "uretprobe:" + target.program() + ":" + function + " { r = (int32)retval }"));
            }
            words.addAll(List.of("--durations", "-o", trace.toString(), "--quiet"));
            try (Trapless.Running tracer = Trapless.start(words.toArray())) {
                target.awaitPatched(tracer);
                target.go();
                Trapless.Result traced = target.await(SECONDS);
                assertThat(traced.exitStatus()).isZero();
                try (Target alone = Target.start(program, calls)) {
                    alone.go();
                    assertThat(lastLine(traced)).isEqualTo(lastLine(alone.await(SECONDS)));
                }
                tracer.await(SECONDS).succeeded();
            }
        }
        return Trapless.run("view", trace, "--json")
                .succeeded()
                .out()
                .lines()
                .map(Line::of)
                .toList();
    }

    private static String lastLine(Trapless.Result result) {
        return result.out().lines().toList().getLast();
    }

    private static List<Line> exits(List<Line> lines, String function) {
        return lines.stream()
                .filter(line -> !line.entry && line.function.equals(function))
                .toList();
    }

    /** How often each value was returned. */
    private static Map<Object, Long> values(List<Line> lines, String function) {
        return exits(lines, function).stream()
                .filter(line -> line.value() != null)
                .collect(Collectors.groupingBy(Line::value, Collectors.counting()));
    }
}
