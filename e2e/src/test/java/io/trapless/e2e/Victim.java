package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A program that works all the time and knows whether what it does is right, for tests that attach to it. Closing it kills it. */
class Victim implements AutoCloseable {
    private static final int SECONDS = 240;

    private final String name;
    private final Trapless.Running running;
    private final List<String> modules;

    /**
     * @param modules words for the files whose functions may be probed
     */
    Victim(String name, Trapless.Running running, List<String> modules) {
        this.name = name;
        this.running = running;
        this.modules = List.copyOf(modules);
    }

    /** One that works until it gets a line, then says "right"; it has said "ready" when it is. */
    static Victim worker(String name, List<String> command, List<String> modules)
            throws IOException, InterruptedException {
        Victim victim = new Victim(name, Trapless.Running.start(Map.of(), Programs.leashed(command)), modules);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!victim.running.out().contains("ready")) {
            if (!victim.running.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError(name + " does not work: " + victim.running.err());
            }
            Thread.sleep(20);
        }
        return victim;
    }

    String name() {
        return name;
    }

    long pid() {
        return running.pid();
    }

    List<String> modules() {
        return modules;
    }

    /** Stops working, so that others have the machine. */
    void rest() throws Exception {
        running.signal("STOP");
    }

    /** Goes on. */
    void work() throws Exception {
        running.signal("CONT");
    }

    /** It lives, and has not said that anything is wrong. */
    void check() throws Exception {
        assertThat(running.isAlive())
                .as("%s lives: %s %s", name, running.out(), running.err())
                .isTrue();
    }

    /** Ends it: all of its work was right. */
    void finish() throws Exception {
        work();
        check();
        running.say("end");
        Trapless.Result result = running.await(SECONDS);
        assertThat(result.exitStatus())
                .as("%s: %s %s", name, result.out(), result.err())
                .isZero();
        assertThat(result.out().toLowerCase(java.util.Locale.ROOT)).endsWith("right true\n");
    }

    /** Mappings of code by their file and place in it, with a hash of what stands there. */
    Map<String, Integer> text() throws IOException {
        Map<String, Integer> text = new TreeMap<>();
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid() + "/mem", "r")) {
            for (String line : maps()) {
                String[] columns = line.split(" +", 6);
                if (columns.length == 6 && columns[1].startsWith("r-x") && columns[5].startsWith("/")) {
                    String[] range = columns[0].split("-");
                    long start = Long.parseUnsignedLong(range[0], 16);
                    byte[] bytes = new byte[(int) (Long.parseUnsignedLong(range[1], 16) - start)];
                    memory.seek(start);
                    memory.readFully(bytes);
                    text.put(columns[5] + "+" + columns[2] + " at " + range[0], Arrays.hashCode(bytes));
                }
            }
        }
        return text;
    }

    /** Files mapped below a folder. */
    List<String> mapped(Path below) throws IOException {
        return maps().stream().filter(line -> line.contains(below.toString())).toList();
    }

    private List<String> maps() throws IOException {
        return Files.readAllLines(Path.of("/proc/" + pid() + "/maps"));
    }

    @Override
    public void close() throws IOException {
        running.close();
    }

    /** A redis server under load. */
    static final class Server extends Victim {
        private final Redis redis;
        private final Trapless.Running load;
        private int asked;

        private Server(Redis redis, Trapless.Running load, Path program) {
            super("redis", redis.running(), List.of(program.toString(), "libc", "libjemalloc"));
            this.redis = redis;
            this.load = load;
        }

        static Server start(Path folder) throws IOException, InterruptedException {
            Path program = folder.resolve("redis-server");
            Files.copy(Path.of("/usr/bin/redis-server").toRealPath(), program);
            program.toFile().setExecutable(true);
            Redis redis = Redis.start(program, folder);
            List<String> words = new ArrayList<>(redis.benchmarkCommand());
            words.addAll(List.of("-c", "4", "-n", "1000", "-r", "1000", "-l", "-q"));
            return new Server(redis, Trapless.Running.start(Map.of(), Programs.leashed(words)), program);
        }

        @Override
        void check() throws Exception {
            super.check();
            String value = "value" + asked++;
            assertThat(redis.command("SET", "asked", value)).isEqualTo("OK\n");
            assertThat(redis.command("GET", "asked")).isEqualTo(value + "\n");
            assertThat(load.isAlive()).as("the load: %s", load.err()).isTrue();
        }

        @Override
        void rest() throws Exception {
            load.signal("STOP");
            super.rest();
        }

        @Override
        void work() throws Exception {
            super.work();
            load.signal("CONT");
        }

        @Override
        void finish() throws Exception {
            work();
            check();
        }

        @Override
        public void close() throws IOException {
            load.close();
            redis.close();
        }
    }
}
