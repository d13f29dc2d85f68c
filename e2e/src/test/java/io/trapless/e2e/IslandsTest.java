package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A site with room for a short jump only, to padding or to where instructions are displaced: the tracer's death between the two jumps, and detaching while a thread stands on the way. */
final class IslandsTest {
    private static final int SECONDS = 60;
    private static final int ATTEMPTS = 10;
    private static final int SHORT_JUMP = 0xeb;
    private static final int LONG_JUMP = 0xe9;

    @TempDir
    Path folder;

    private Leftovers leftovers;
    private CodeBytes before;
    private String function;
    private Target target;

    @BeforeEach
    void setUp() throws Exception {
        leftovers = Leftovers.fresh();
    }

    private void start(String function) throws Exception {
        this.function = function;
        target = function.equals("narrow") ? Target.start("islander", 2) : Target.start("islander", 2, function);
        before = CodeBytes.read(target.pid(), target.program());
        target.go();
    }

    @AfterEach
    void tearDown() throws Exception {
        target.close();
        leftovers.delete();
    }

    /** Islands are written first and restored last: whoever dies in between, there is an island that no short jump leads to. */
    @ParameterizedTest
    @ValueSource(strings = {"narrow", "squeezed"})
    void anIslandWithoutItsShortJump(String name) throws Exception {
        start(name);
        try (Trapless.Running tracer = record()) {
            tracer.kill();
            tracer.await(SECONDS);
        }
        assertThat(island()).isNotZero();
        target.signal("STOP");
        awaitState('T');
        write(target.originalBytes(), 2);
        target.signal("CONT");
        assertThat(CodeBytes.read(target.pid(), target.program()))
                .as("the island is still there")
                .isNotEqualTo(before);
        detach();
        endsWell();
    }

    @ParameterizedTest
    @CsvSource({"narrow, 0", "narrow, 1", "narrow, 9", "narrow, 23", "squeezed, 0", "squeezed, 1", "squeezed, 25"})
    void aThreadStandsOnTheWay(String name, int steps) throws Exception {
        start(name);
        standing(steps);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 34, 38, 42, 50})
    void aThreadStandsAnywhereOnTheWay(int steps) throws Exception {
        start("narrow");
        standing(steps);
    }

    @Tag("long")
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 6, 8, 10, 12, 16, 20, 24, 28, 34, 42, 50, 60, 70, 80})
    void aThreadStandsAnywhereBesideDisplacedInstructions(int steps) throws Exception {
        start("squeezed");
        standing(steps);
    }

    /** A debugger runs a thread to the island and some instructions on, into the code behind it, and leaves the process stopped so. */
    private void standing(int steps) throws Exception {
        try (Trapless.Running tracer = record()) {
            tracer.kill();
            tracer.await(SECONDS);
        }
        long island = island();
        // gdb may take the stopping signal for one of its own: then the thread has run on
        int attempt = 0;
        do {
            assertThat(++attempt).as("attempts to stop it there").isLessThan(ATTEMPTS);
            stand(island, steps);
        } while (!isSoonStopped());
        detach();
        assertThat(state()).isEqualTo('T');
        target.signal("CONT");
        TimeUnit.MILLISECONDS.sleep(20);
        endsWell();
    }

    @ParameterizedTest
    @ValueSource(strings = {"narrow", "squeezed"})
    void aProgramThatArmsItself(String name) throws Exception {
        Path program = Programs.compiled("islander");
        try (Preload preload = Preload.make(
                List.of("uprobe:" + program + ":" + name + " { value = (int32)arg0 }"), "--mode", "overwrite")) {
            Map<String, String> environment =
                    Map.of("LD_PRELOAD", preload.object().toString());
            target = Target.start(program, environment, List.of(), 2, "squeezed");
            target.go();
            TimeUnit.MILLISECONDS.sleep(20);
            endsWell();
            assertThat(preload.recover(folder.resolve("trace"))).isNotEmpty();
        }
    }

    private Trapless.Running record() throws Exception {
        Trapless.Running tracer = Trapless.start(
                "record",
                "-p",
                target.pid(),
                "-e",
                target.uprobe(function) + " { value = (int32)arg0 }",
                "-o",
                folder.resolve("trace"),
                "--shm-path",
                leftovers.shm(),
                "--mode",
                "overwrite");
        target.awaitPatched(tracer);
        // the island may lie among the bytes that have changed, and is written first
        while ((target.bytes()[0] & 0xff) != SHORT_JUMP) {
            assertThat(tracer.isAlive()).isTrue();
            Thread.sleep(1);
        }
        return tracer;
    }

    /** Where the short jump leads; the code there is a long jump. */
    private long island() throws Exception {
        byte[] site = target.bytes();
        assertThat(site[0] & 0xff).isEqualTo(SHORT_JUMP);
        int offset = 2 + site[1];
        assertThat(offset).isBetween(-126, 129);
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + target.pid() + "/mem", "r")) {
            memory.seek(target.address() + offset);
            assertThat(memory.read()).isEqualTo(LONG_JUMP);
        }
        return target.address() + offset;
    }

    private void write(byte[] bytes, int count) throws Exception {
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + target.pid() + "/mem", "rw")) {
            memory.seek(target.address());
            memory.write(bytes, 0, count);
        }
    }

    /** The debugger has put back what its breakpoint stood on. The signal that stops the process comes before the next instruction. */
    private void stand(long address, int steps) throws Exception {
        String out = Programs.run(List.of(
                "gdb",
                "-nx",
                "-batch",
                "-p",
                Long.toString(target.pid()),
                "-ex",
                "set scheduler-locking step",
                "-ex",
                "tbreak *0x" + Long.toHexString(address),
                "-ex",
                "continue",
                "-ex",
                steps == 0 ? "info threads" : "stepi " + steps,
                "-ex",
                "x/i $pc",
                "-ex",
                "shell kill -STOP " + target.pid(),
                "-ex",
                "detach"));
        System.out.println(steps + " steps: "
                + out.lines().filter(line -> line.startsWith("=>")).toList());
        assertThat(out).contains("Temporary breakpoint", "=>");
    }

    private void detach() throws Exception {
        Trapless.run("detach", "-p", target.pid(), "--shm-path", leftovers.shm())
                .succeeded();
        assertThat(CodeBytes.read(target.pid(), target.program())).isEqualTo(before);
    }

    private void endsWell() throws Exception {
        target.signal("TERM");
        Trapless.Result result = target.await(SECONDS);
        assertThat(result.exitStatus()).as(result.err()).isZero();
        assertThat(result.out()).endsWith("done 2\n");
    }

    private char state() throws Exception {
        String stat = java.nio.file.Files.readString(Path.of("/proc/" + target.pid() + "/stat"));
        return stat.charAt(stat.lastIndexOf(')') + 2);
    }

    private void awaitState(char state) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (state() != state) {
            assertThat(System.nanoTime()).as("state %s", state()).isLessThan(deadline);
            Thread.sleep(2);
        }
    }

    private boolean isSoonStopped() throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
        while (state() != 'T') {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(2);
        }
        return true;
    }
}
