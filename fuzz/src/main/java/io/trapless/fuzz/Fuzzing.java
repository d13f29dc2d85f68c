package io.trapless.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Gives bytes of unknown origin to a harness: a class with {@code public static void fuzzerTestOneInput(byte[])}, which throws if it finds something. */
public final class Fuzzing {
    private static final int SECONDS = 40;
    private static final int DAMAGED_COPIES = 40;

    /** What any input may cost, for tables of a fixed size, and what each of its bytes may add. */
    private static final long ALLOWED_BYTES = 32L << 20;

    private static final long ALLOWED_BYTES_PER_BYTE = 16L << 10;

    /** In a class file (JVM specification, section 4.1): the low byte of its major version. */
    private static final int CLASS_VERSION_OFFSET = 7;

    /** Java 23. */
    private static final int NEWEST_CLASS_VERSION = 67;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzzing() {}

    /** Runs the body of a harness; that it allocates out of proportion to its input is a finding, too. */
    public static void measured(byte[] input, Runnable body) {
        long allowed = ALLOWED_BYTES + ALLOWED_BYTES_PER_BYTE * input.length;
        long allocated = allocatedBytes(body);
        // The first time classes are loaded, too, and instrumented.
        if (allocated > allowed && allocatedBytes(body) > allowed) {
            throw new AssertionError(input.length + " bytes of input made it allocate " + allocated);
        }
    }

    private static long allocatedBytes(Runnable body) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        body.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** Gives it every seed, as it is and damaged in a few places. The seed of the damage is printed. */
    public static void replay(Consumer<byte[]> harness, List<byte[]> seeds) {
        long randomSeed = Long.getLong("trapless.seed", System.nanoTime());
        System.out.println("fuzz: -Dtrapless.seed=" + randomSeed);
        Random random = new Random(randomSeed);
        harness.accept(new byte[0]);
        for (int i = 0; i < seeds.size(); i++) {
            harness.accept(seeds.get(i).clone());
            for (int copy = 0; copy < DAMAGED_COPIES; copy++) {
                byte[] bytes = damaged(seeds.get(i), random);
                try {
                    harness.accept(bytes);
                } catch (RuntimeException | Error e) {
                    throw new AssertionError("-Dtrapless.seed=" + randomSeed + ", seed " + i + ", copy " + copy, e);
                }
            }
        }
    }

    private static byte[] damaged(byte[] seed, Random random) {
        // One in eight is cut short as well.
        byte[] bytes = random.nextInt(8) == 0 ? Arrays.copyOf(seed, random.nextInt(seed.length + 1)) : seed.clone();
        for (int i = random.nextInt(6); i >= 0 && bytes.length > 0; i--) {
            bytes[random.nextInt(bytes.length)] = (byte) (random.nextBoolean() ? random.nextInt() : 0xFF);
        }
        return bytes;
    }

    /**
     * Lets Jazzer look for findings, in a JVM of its own, for {@value #SECONDS} seconds.
     *
     * @param folder an empty one, for its corpus
     * @param maxBytes length of an input
     */
    public static void search(Class<?> harness, Path folder, List<byte[]> seeds, int maxBytes)
            throws IOException, InterruptedException {
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(corpus.resolve("seed" + i), seeds.get(i));
        }
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-D" + Target.HARNESS_PROPERTY + "=" + harness.getName(),
                        "-cp",
                        instrumentable(System.getProperty("java.class.path"), folder),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + Target.class.getName(),
                        "--instrumentation_includes=io.trapless.**",
                        "--reproducer_path=" + folder,
                        "-artifact_prefix=" + folder + "/",
                        "-max_len=" + maxBytes,
                        "-timeout=10",
                        "-print_final_stats=1",
                        "-max_total_time=" + Integer.getInteger("trapless.fuzzSeconds", SECONDS),
                        corpus.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = process.waitFor(5, TimeUnit.MINUTES);
            String output = Files.readString(log, java.nio.charset.StandardCharsets.ISO_8859_1);
            assertThat(ended).as(output).isTrue();
            assertThat(process.exitValue()).as(output).isZero();
            // Without instrumentation it would try random bytes only, and never tell.
            assertThat(output).contains("Instrumented io.trapless.").doesNotContain("Failed to instrument io/trapless");
            // libFuzzer's last line: it came to the end of its time.
            assertThat(output).contains("Done ");
            output.lines()
                    .filter(l -> l.startsWith("Done ") || l.contains("DONE") || l.contains("Seed:"))
                    .forEach(System.out::println);
        } finally {
            process.destroyForcibly();
        }
    }

    /** The class path, with copies of the project's classes whose version is the newest that Jazzer's bytecode library reads. Nothing in them needs a newer one. */
    private static String instrumentable(String classPath, Path folder) throws IOException {
        List<String> entries = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path original = Path.of(entry);
            if (Files.isDirectory(original)) {
                Path copy = Files.createDirectory(folder.resolve("classes" + entries.size()));
                copy(original, copy);
                entries.add(copy.toString());
            } else {
                entries.add(entry);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                Path copy = to.resolve(from.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                byte[] bytes = Files.readAllBytes(file);
                if (file.toString().endsWith(".class")) {
                    bytes[CLASS_VERSION_OFFSET] = (byte) Math.min(bytes[CLASS_VERSION_OFFSET], NEWEST_CLASS_VERSION);
                }
                Files.write(copy, bytes);
            }
        }
    }
}
