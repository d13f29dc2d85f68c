package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every function of a JVM that runs, each with a count of its own; the JVM goes on, and is afterwards what it was before. */
final class ManySitesTest {
    private static final int SECONDS = 300;
    private static final int MANY = 40_000;

    @TempDir
    Path folder;

    @Test
    void everyFunctionOfARunningJvm() throws Exception {
        Path home = Path.of(System.getProperty("java.home"));
        Path libjvm = home.resolve("lib/server/libjvm.so").toRealPath();
        Path program = folder.resolve("Loop.java");
        Files.writeString(program, """
                public class Loop {
                    public static void main(String[] arguments) throws Exception {
                        System.out.println("ready");
                        java.util.Map<Integer, String> map = new java.util.HashMap<>();
                        for (long n = 0; System.in.available() == 0; n++) {
                            map.put((int) (n % 1000), "x" + n);
                            if (n % 100_000 == 0) {
                                Thread.sleep(1);
                            }
                        }
                        System.out.println("right " + (map.size() == 1000));
                    }
                }
                """);
        List<String> command = Programs.leashed(
                List.of(home.resolve("bin/java").toString(), "-XX:+UseSerialGC", "-Xmx64m", program.toString()));
        try (Trapless.Running jvm = Trapless.Running.start(Map.of(), command)) {
            await(jvm, "ready");
            Trapless.Result record;
            try (Trapless.Running tracer = Trapless.start(
                    "record",
                    "-p",
                    jvm.pid(),
                    "-e",
                    "uprobe:" + libjvm + ":*",
                    "-o",
                    folder.resolve("trace"),
                    "--duration",
                    "2s",
                    "--summary",
                    folder.resolve("summary.json"))) {
                record = tracer.await(SECONDS).succeeded();
            }
            assertThat(record.err()).contains("recording ");
            Summary summary = Summary.read(folder.resolve("summary.json"));
            assertThat(summary.sites()).hasSizeGreaterThan(MANY);
            assertThat(summary.sites().stream().mapToLong(Summary.Site::events).sum())
                    .isEqualTo(summary.events())
                    .isPositive();
            assertThat(summary.refused().size()).isLessThan(summary.sites().size() / 100);
            assertThat(jvm.isAlive()).isTrue();
            jvm.say("end");
            assertThat(jvm.await(SECONDS).succeeded().out()).contains("right true");
        }
    }

    private static void await(Trapless.Running running, String text) throws Exception {
        long deadline = System.nanoTime() + SECONDS * 1_000_000_000L;
        while (!running.out().contains(text)) {
            assertThat(running.isAlive()).as("%s", running.err()).isTrue();
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.sleep(20);
        }
    }
}
