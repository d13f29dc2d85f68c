package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stacks that begin with 2 KiB, and grow only when their own functions ask. */
@Tag("long")
final class GoroutinesTest {
    private static final int SECONDS = 120;

    @TempDir
    Path folder;

    private Path program;
    private int recordings;

    @BeforeEach
    void build() throws Exception {
        program = folder.resolve("deep");
        Programs.run(List.of("go", "build", "-o", program.toString(), TortureProgram.source("deep.go")));
    }

    @Test
    void whatFitsIsCaptured() throws Exception {
        assertComplete(record("main.*", "s = ustack(20)"));
        assertComplete(record("main.*", "t = str(reg(\"ax\"), 64)"));
    }

    /** It is written in assembly and does not check its stack. */
    @Test
    void aFunctionWithoutACheck() throws Exception {
        assertComplete(record("runtime.memmove", "to = reg(\"ax\"), length = reg(\"cx\")"));
    }

    private static void assertComplete(Trapless.Result result) {
        assertThat(result.out()).doesNotContain("refused").containsPattern("[1-9][0-9]* events, 0 lost");
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        Trapless.Result result = record("main.deep", "s = str(reg(\"ax\"), 200), t = str(reg(\"bx\"), 200)");
        assertThat(result.out())
                .containsPattern("refused: uprobe:.*:main.deep: what is captured takes \\d+ bytes of stack,"
                        + " and a goroutine may have only \\d+ left there; capture less\n");
    }

    private Trapless.Result record(String function, String captures) throws Exception {
        try (Trapless.Running running = Trapless.start(
                Map.of(),
                "record",
                "-e",
                "uprobe:" + program + ":" + function + " { " + captures + " }",
                "-o",
                folder.resolve("trace" + ++recordings),
                "--",
                program)) {
            return running.await(SECONDS).succeeded();
        }
    }
}
