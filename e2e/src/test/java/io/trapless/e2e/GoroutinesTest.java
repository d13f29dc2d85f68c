package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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

    /** Where a function begins there is a register to look with whether the stack is long enough. */
    @Test
    void whatMayNotFitLooksFirst() throws Exception {
        Trapless.Result result = record("main.deep", "s = str(reg(\"ax\"), 200), t = str(reg(\"bx\"), 200)");
        Matcher events = Pattern.compile("(\\d+) events, (\\d+) lost").matcher(result.out());
        assertThat(result.out()).doesNotContain("refused");
        assertThat(events.find()).isTrue();
        long recorded = Long.parseLong(events.group(1));
        long lost = Long.parseLong(events.group(2));
        assertThat(recorded).isPositive();
        assertThat(recorded + lost)
                .as("deep(n) calls itself n times, and begins again where its stack has grown")
                .isBetween(20_001L + 400 * 401 / 2, 20_001L + 400 * 401 / 2 + 1000);
    }

    /** What its runtime calls where a stack is found to be full, and to change stacks. */
    @Test
    void whereThereMayBeNothingLeft() throws Exception {
        for (String function :
                List.of("runtime.morestack*.abi0", "runtime.newstack", "runtime.mcall", "runtime.systemstack.abi0")) {
            Trapless.Result result = record(function, "sp = reg(\"sp\")");
            assertThat(result.out())
                    .as(function)
                    .doesNotContain("refused")
                    .containsPattern("[1-9][0-9]* events, 0 lost");
        }
    }

    /** Halfway to a call, where registers and flags may hold something. */
    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        assertThat(record("runtime.write*", "sp = reg(\"sp\")").out())
                .contains("runtime.write1.abi0: a goroutine may have too little of its stack left there");
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
