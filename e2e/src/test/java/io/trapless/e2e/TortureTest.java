package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Real programs from their first instruction to their last with every entry and every return of theirs and of all their libraries probed, and those of the programs that they start: they say what
 * they say alone, and end as they do alone.
 */
@Tag("long")
final class TortureTest {
    private static final int SECONDS = 540;
    private static final int SITES_WANTED = 1000;

    /** Of a {@link #limited} command, before the program's name. */
    private static final int LIMIT_WORDS = 4;

    private static final Path JAVA_17 = Path.of("/usr/lib/jvm/java-17-openjdk-amd64/bin/java");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void everyEntryAndEveryReturn(TortureProgram program) throws Exception {
        List<String> command = program.prepare(folder);
        if (program.isLarge()) {
            torture(command, program.status(), List.of("uprobe"));
            torture(command, program.status(), List.of("uretprobe"));
        } else {
            torture(command, program.status(), List.of("uprobe", "uretprobe"));
        }
    }

    /** Entries and returns of a JVM are more than one recording holds. */
    @ParameterizedTest
    @ValueSource(strings = {"uprobe", "uretprobe"})
    void java17(String type) throws Exception {
        assertThat(JAVA_17).as("'./check --long' as root installs it").exists();
        java(JAVA_17, type);
    }

    @ParameterizedTest
    @ValueSource(strings = {"uprobe", "uretprobe"})
    void java25(String type) throws Exception {
        java(Path.of(System.getProperty("java.home"), "bin", "java"), type);
    }

    /** Its library is loaded by the program, after it has begun. */
    private void java(Path java, String type) throws Exception {
        List<String> command = List.of(java.toString(), "-Xmx64m", TortureProgram.source("Churn.java"));
        torture(limited(folder, command), 8, List.of(type), "*libjvm.so*");
    }

    /** A command in a folder that is not left alone for long if its test is ended. */
    static List<String> limited(Path folder, List<String> command) {
        List<String> limited =
                new ArrayList<>(List.of("timeout", Integer.toString(SECONDS), "env", "--chdir=" + folder));
        limited.addAll(command);
        return limited;
    }

    private void torture(List<String> command, int status, List<String> types) throws Exception {
        torture(command, status, types, "*");
    }

    /** @param types kinds of probes, which all functions of the modules get */
    private void torture(List<String> command, int status, List<String> types, String modules) throws Exception {
        Trapless.Result alone = run(command);
        assertThat(alone.exitStatus())
                .as("alone: %s %s", alone.out(), alone.err())
                .isEqualTo(status);
        assertThat(run(command).out()).as("the work is deterministic").isEqualTo(alone.out());
        Path file = folder.resolve("summary.json");
        Path trace = folder.resolve("trace-" + String.join("-", types));
        List<Object> words = new ArrayList<>(List.of("record", "-o", trace, "--summary", file));
        words.addAll(List.of("--follow", "--mode", "overwrite", "--buffer-size", "1M", "--quiet"));
        types.forEach(type -> words.addAll(List.of("-e", type + ":" + modules + ":*")));
        words.add("--");
        words.addAll(command);
        Trapless.Result traced;
        try (Trapless.Running tracer = Trapless.start(words.toArray())) {
            tracer.feed("");
            traced = tracer.await(SECONDS).succeeded();
        }
        assertThat(traced.out()).as("what it says: %s", traced.err()).isEqualTo(alone.out());
        Summary summary = Summary.read(file);
        assertThat(summary.processes().getFirst().exitStatus()).isEqualTo(status);
        assertThat(summary.processes())
                .as("the program's own events")
                .anyMatch(process -> process.events() > 0 && process.command().startsWith(command.get(LIMIT_WORDS)));
        assertThat(summary.notices()).isEmpty();
        assertThat(summary.sites()).hasSizeGreaterThan(SITES_WANTED);
        assertThat(summary.refused())
                .allSatisfy(refused -> assertThat(refused.reason()).isNotBlank())
                .hasSizeLessThan(summary.sites().size() / 10);
        for (String type : types) {
            assertThat(events(summary, type + ":")).as(type).isPositive();
        }
    }

    private static Trapless.Result run(List<String> command) throws IOException, InterruptedException {
        try (Trapless.Running running = Trapless.Running.start(Map.of(), command)) {
            running.feed("");
            return running.await(SECONDS);
        }
    }

    private static long events(Summary summary, String type) {
        return summary.sites().stream()
                .filter(site -> site.probe().startsWith(type))
                .mapToLong(Summary.Site::events)
                .sum();
    }
}
