package io.trapless.trace.ctf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A damaged trace ends in one sentence: never in another exception, never not at all. */
class DamageTest {
    @TempDir
    Path folder;

    private record Reading(long events, String problem) {}

    private static Reading read(Path trace) {
        return Assertions.assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            long events = 0;
            try (TraceReader reader = TraceReader.open(trace)) {
                while (reader.next()) {
                    events++;
                }
                return new Reading(events, "");
            } catch (TraceException e) {
                assertThat(e.getMessage()).isNotBlank().doesNotContain("\n").endsWith(".");
                return new Reading(events, e.getMessage());
            }
        });
    }

    @Test
    void truncatedStreamsGiveWhatIsWhole() throws Exception {
        RandomTrace written = new RandomTrace(1);
        Path trace = folder.resolve("trace");
        written.write(trace, 150);
        Path stream = trace.resolve("cpu0");
        byte[] whole = Files.readAllBytes(stream);
        long others = written.entries().stream().filter(e -> e.cpu() != 0).count();
        long before = 0;
        for (int size = 0; size <= whole.length; size++) {
            Files.write(stream, java.util.Arrays.copyOf(whole, size));
            Reading reading = read(trace);
            assertThat(reading.events()).isBetween(Math.max(others, before), (long)
                    written.entries().size());
            assertThat(reading.events() == written.entries().size()
                            || !reading.problem().isEmpty()
                            || size % 128 == 0)
                    .isTrue();
            before = reading.events();
        }
        assertThat(before).isEqualTo(written.entries().size());
    }

    @Test
    void flippedBytesAreSurvived() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Path trace = folder.resolve("trace");
        new RandomTrace(seed).write(trace, 300);
        List<Path> files;
        try (Stream<Path> content = Files.list(trace)) {
            files = content.toList();
        }
        for (int i = 0; i < 1200; i++) {
            Path file = files.get(random.nextInt(files.size()));
            byte[] good = Files.readAllBytes(file);
            byte[] bad = good.clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            if (random.nextInt(4) == 0) {
                // Sizes are what hurts most.
                ByteBuffer.wrap(bad).putLong(random.nextInt(2) == 0 ? 40 : 48, random.nextLong());
            }
            Files.write(file, bad);
            read(trace);
            Files.write(file, good);
        }
    }

    @Test
    void problemsAreNamed() throws Exception {
        assertThat(read(folder).problem()).contains("is no CTF trace");
        assertThat(read(folder.resolve("nowhere")).problem()).contains("is no CTF trace");
        assertThat(problemOf("event {")).contains("line 1");
        assertThat(problemOf("/* CTF 1.8 */\ntrace { major = 1; byte_order = be; };"))
                .contains("big-endian");
        assertThat(problemOf("trace { packet.header := struct { variant <x> { int a; } b; }; };"))
                .contains("variant");
        assertThat(problemOf("typealias integer { size = 5; } := u5;")).contains("5 bits");
        assertThat(problemOf("struct a { struct a x; };")).contains("not declared");
        assertThat(problemOf("struct { ".repeat(5000))).contains("too deep");
        assertThat(problemOf("\"")).contains("does not end");
        assertThat(problemOf("\u0075\u001D")).contains("line 1");
        assertThat(problemOf("clock { freq = 0; };")).contains("0 Hz");
        assertThat(problemOf("trace { uuid = \"x\"; };")).contains("contradicts");
        assertThat(problemOf("event { id = 1; stream_id = 3; };")).contains("does not declare");
    }

    private String problemOf(String metadata) throws IOException {
        Path trace = Files.createTempDirectory(folder, "trace");
        Files.writeString(trace.resolve("metadata"), metadata);
        return read(trace).problem();
    }

    @Test
    void randomMetadataIsSurvived() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        String[] words = new String(
                        MetadataWriter.write(new RandomTrace(seed).schema()), java.nio.charset.StandardCharsets.UTF_8)
                .splitWithDelimiters("(?<=[^A-Za-z0-9])|(?=[^A-Za-z0-9])", 0);
        for (int i = 0; i < 3000; i++) {
            String[] changed = words.clone();
            for (int changes = 1 + random.nextInt(5); changes > 0; changes--) {
                changed[random.nextInt(changed.length)] = words[random.nextInt(words.length)];
            }
            try {
                TraceLayout.of(TsdlParser.parse(String.join("", changed)));
            } catch (TraceException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }
}
