package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script at the root of the repository. */
final class LauncherTest {
    private static final int SECONDS = 300;
    private static final long HELP_MILLIS = 400;

    @TempDir
    Path folder;

    @Test
    void startsFast() throws Exception {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 10; i++) {
            long start = System.nanoTime();
            Trapless.run("--help").succeeded();
            best = Math.min(best, System.nanoTime() - start);
        }
        assertThat(best / 1_000_000)
                .as("milliseconds of 'trapless --help', best of 10")
                .isLessThan(HELP_MILLIS);
    }

    @Test
    void passesWordsAndExitStatusOn() throws Exception {
        assertThat(Trapless.run("no command of that name").exitStatus()).isEqualTo(2);
        Trapless.Result result = Trapless.run("view", "a  b*\"'$x");
        assertThat(result.exitStatus()).isEqualTo(1);
        assertThat(result.err()).contains("a  b*\"'$x");
    }

    @Test
    void worksThroughALinkFromAnywhere() throws Exception {
        Path link = folder.resolve("link");
        Files.createSymbolicLink(link, Trapless.home().toRealPath().resolve("trapless"));
        List<String> command = List.of("env", "-C", folder.toString(), "./link", "--version");
        try (Trapless.Running running = Trapless.Running.start(Map.of(), command)) {
            assertThat(running.await(SECONDS).succeeded().out()).startsWith("trapless ");
        }
    }

    @Test
    void looksFurtherThanAWrongJavaHome() throws Exception {
        try (Trapless.Running running = Trapless.start(Map.of("JAVA_HOME", folder.toString()), "--version")) {
            running.await(SECONDS).succeeded();
        }
    }

    /** While the script waits for a command of its own, here for one that takes its time. */
    @Test
    void anEarlyInterruptIsNotForgotten() throws Exception {
        Path began = folder.resolve("began");
        Path find = folder.resolve("find");
        Files.writeString(find, "#!/bin/sh\ntouch " + began + "\nsleep 1\n");
        assertThat(find.toFile().setExecutable(true)).isTrue();
        Map<String, String> environment = Map.of("PATH", folder + ":" + System.getenv("PATH"));
        try (Trapless.Running running = Trapless.start(environment, "--version")) {
            while (!Files.exists(began)) {
                Thread.sleep(1);
            }
            running.signal("INT");
            Trapless.Result result = running.await(SECONDS);
            assertThat(result.exitStatus()).isEqualTo(130);
            assertThat(result.out()).isEmpty();
        }
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root: hides the JDKs in a mount namespace");
        String hide = "for dir in /usr/lib/jvm /opt /usr/java; do [ ! -d $dir ] || mount -t tmpfs none $dir; done; "
                + "exec env -i HOME=\"$1\" PATH=/usr/bin:/bin \"$0\" --version";
        List<String> command = List.of(
                "unshare",
                "--mount",
                "sh",
                "-c",
                hide,
                Trapless.home().toRealPath().resolve("trapless").toString(),
                folder.toString());
        try (Trapless.Running running = Trapless.Running.start(Map.of(), command)) {
            Trapless.Result result = running.await(SECONDS);
            assertThat(result.exitStatus()).isEqualTo(1);
            assertThat(result.err()).startsWith("trapless: no JDK 25").hasLineCount(1);
        }
    }

    @Test
    void twoStartAtOnce() throws Exception {
        try (Trapless.Running one = Trapless.start("--version");
                Trapless.Running other = Trapless.start("--version")) {
            assertThat(one.await(SECONDS).succeeded().out())
                    .isEqualTo(other.await(SECONDS).succeeded().out());
        }
    }
}
