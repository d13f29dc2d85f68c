package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Aggregations that are kept in the target: nothing is lost, nothing is counted twice, and nobody can tell the difference. */
class PushDownTest {
    private static final int SECONDS = 120;
    private static Path tally;
    private static String site;

    @TempDir
    private Path folder;

    @BeforeAll
    static void compile() throws IOException, InterruptedException {
        tally = Programs.compiled("tally");
        site = "uprobe:" + tally + ":tally ";
    }

    private static Trapless.Result run(Map<String, String> environment, String program, String arguments)
            throws IOException, InterruptedException {
        try (Trapless.Running running =
                Trapless.start(environment, "-q", "-e", program, "-c", tally + " " + arguments)) {
            return running.await(SECONDS).succeeded();
        }
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("'%s' in%n%s", pattern, text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    /** More events at once than any ring holds, of four threads on all CPUs. */
    @Test
    void everyCallOfManyThreadsIsCounted() throws IOException, InterruptedException {
        long calls = 3_000_000;
        String program = site + "{ @c = count(); } " + site + "{ @k[arg0] = count(); } " + site
                + "{ @s = stats(arg2); } " + site + "{ @max = max((int64)arg1); } " + site
                + "{ @min[arg0, pid == 0] = min((int64)arg1); } " + site + "{ @h = hist((int64)arg1); }";
        Trapless.Result result = run(Map.of(), program, "4 " + calls + " 1");
        String out = result.out();
        assertThat(result.err()).doesNotContain("Lost");
        assertThat(number(out, "@c: (\\d+)")).isEqualTo(4 * calls);
        for (int key = 0; key < 7; key++) {
            assertThat(number(out, "@k\\[" + key + "]: (\\d+)")).isEqualTo(4 * ((calls + 6 - key) / 7));
            assertThat(out).contains("@min[" + key + ", false]: " + ((long) key * key - 5) + "\n");
        }
        assertThat(out)
                .contains("@s: { .count = " + 4 * calls + ", .average = 7, .total = " + 28 * calls + " }")
                .contains("@max: " + ((calls - 1) * (calls - 1) - 5) + "\n")
                .contains("(..., 0)  ");
        assertThat(number(out, "\\(\\.\\.\\., 0\\) +(\\d+) \\|")).isEqualTo(4 * 3); // of 0, 1 and 2
    }

    @Test
    void childrenCountInTheSameTables() throws IOException, InterruptedException {
        long calls = 200_000;
        String out = run(Map.of(), site + "{ @ = count(); } " + site + "{ @p[pid] = count(); }", "2 " + calls + " 4")
                .out();
        assertThat(number(out, "@: (\\d+)")).isEqualTo(4 * 2 * calls);
        assertThat(out.lines().filter(line -> line.startsWith("@p[") && line.endsWith("]: " + 2 * calls)))
                .hasSize(4);
    }

    /** What was printed before a map was cleared, and what has come since. */
    @Test
    void clearedMapsBeginAnew() throws IOException, InterruptedException {
        long calls = 100_000_000;
        String program = site + "{ @[arg0] = sum(arg2); } interval:ms:50 { print(@); clear(@); }";
        String out = run(Map.of(), program, "2 " + calls + " 1").out();
        long sum = 0;
        Matcher matcher = Pattern.compile("@\\[\\d]: (\\d+)").matcher(out);
        int prints = 0;
        while (matcher.find()) {
            sum += Long.parseLong(matcher.group(1));
            prints++;
        }
        assertThat(sum).isEqualTo(7 * 2 * calls);
        assertThat(prints).as("prints while it ran").isGreaterThan(7);
    }

    /** A process that is killed in the middle of updates leaves each of them whole, or not at all. */
    @Test
    void countsOfAKilledProcessAreWhole() throws IOException, InterruptedException {
        try (Trapless.Running target = Trapless.Running.start(Map.of(), List.of(tally.toString(), "4", "0", "1"));
                Trapless.Running running = Trapless.start(
                        Map.of(),
                        "-e",
                        site + "{ @s = stats(arg2); } " + site + "{ @k[arg0] = avg(arg2); }",
                        "-p",
                        target.pid())) {
            while (!running.out().contains("Attached") && !running.err().contains("Attached")) {
                assertThat(running.isAlive()).as(running.err()).isTrue();
                Thread.sleep(20);
            }
            Thread.sleep(500);
            target.kill();
            String out = running.await(SECONDS).succeeded().out();
            long count = number(out, "\\.count = (\\d+)");
            assertThat(count).isPositive();
            assertThat(number(out, "\\.total = (\\d+)")).isEqualTo(7 * count);
            assertThat(out.lines().filter(line -> line.matches("@k\\[\\d]: 7"))).hasSize(7);
        }
    }

    /** A key that finds no room in a table goes the other way, and the map has its own limit. */
    @Test
    void fullMapsAreTold() throws IOException, InterruptedException {
        String program = "config = { max_map_keys = 20 } " + site + "{ @[arg1] = count(); }";
        Trapless.Result result = run(Map.of(), program, "1 1000 1");
        assertThat(result.out().lines().filter(line -> line.startsWith("@["))).hasSize(20);
        assertThat(result.err()).contains("Map full; can't update element");
    }

    /** Pushed down, recorded and evaluated at once, and recorded and evaluated later. */
    @Test
    void randomProgramsGiveTheSameWithAndWithoutAndOverTheirTrace() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2; round++) {
            List<String> clauses = new ArrayList<>();
            for (int map = 0; map < 12; map++) {
                clauses.add(clause("@m" + map, random));
            }
            clauses.add(handled(random));
            clauses.add("end { " + ending(random) + " }");
            String program = String.join("\n", clauses);
            String pushed = run(Map.of(), program, "1 3000 1").out();
            String recorded =
                    run(Map.of("TRAPLESS_PUSH_DOWN", "0"), program, "1 3000 1").out();
            assertThat(pushed)
                    .as("seed %d:%n%s", seed, program)
                    .isEqualTo(recorded)
                    .contains("@m");
            Path trace = folder.resolve("trace" + round);
            String saved;
            try (Trapless.Running running =
                    Trapless.start("-q", "-e", program, "-c", tally + " 1 3000 1", "--save", trace)) {
                saved = running.await(SECONDS).succeeded().out();
            }
            assertThat(saved).as("seed %d:%n%s", seed, program).isEqualTo(pushed);
            assertThat(Trapless.run("-q", "-e", program, "--trace", trace)
                            .succeeded()
                            .out())
                    .as("over its trace, seed %d:%n%s", seed, program)
                    .isEqualTo(pushed);
            String slice = Trapless.run("-d", "slice", "--dry-run", "-e", program, "-c", tally + " 1 1 1")
                    .err();
            assertThat(slice).as(program).contains("pushed down: @m");
        }
    }

    private static String clause(String map, Random random) {
        String key = pick(
                random,
                "",
                "",
                "[arg0]",
                "[arg0, cpu >= 0]",
                "[(int8)arg1]",
                "[arg1 % 5, arg0 * 2]",
                "[-arg0]",
                "[arg0 == 3]",
                "[arg1 > 100, arg0]");
        String value = pick(
                random, "arg1", "(int64)arg1", "(int32)arg1", "arg0", "(uint8)arg1", "arg1 >> 3", "arg0 == 3 ? 9 : 4");
        String filter = pick(random, "", "", "/arg0 > 2/ ", "/(int64)arg1 < 0 || arg0 == 5/ ");
        String function = pick(
                random,
                "count()",
                "sum(" + value + ")",
                "avg(" + value + ")",
                "min(" + value + ")",
                "max(" + value + ")",
                "stats(" + value + ")",
                "hist(" + value + ")",
                "hist(" + value + ", " + random.nextInt(6) + ")",
                "lhist(" + value + ", " + random.nextInt(9) + ", 1000, " + (1 + random.nextInt(50)) + ")");
        String probe = random.nextInt(4) == 0 ? "uretprobe:" + tally + ":tally " : site;
        if (probe.startsWith("uretprobe")) {
            return probe + "{ " + map + " = " + function.replaceAll("arg[01]", "retval") + "; }";
        }
        return probe + filter + "{ " + map + key + " = " + function + "; }";
    }

    /** What no table can do. */
    private static String handled(Random random) {
        return site + "{ $k = arg0 % " + (1 + random.nextInt(6)) + "; @last[$k] = arg1; if ($k == " + random.nextInt(3)
                + ") { @some += arg0; } else { @others[$k, arg0]++; } }";
    }

    private static String ending(Random random) {
        return pick(random, "", "print(@m0); ", "clear(@m1); ", "zero(@m2); ", "print(@m3); clear(@m3); ");
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
