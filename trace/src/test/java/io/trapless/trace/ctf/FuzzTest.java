package io.trapless.trace.ctf;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coverage-guided fuzzing with Jazzer, from good files on. */
@Tag("long")
class FuzzTest {
    private static final int SECONDS = 45;

    @TempDir
    Path folder;

    @Test
    void noBytesSurpriseTheReader() throws Exception {
        RandomTrace trace = new RandomTrace(1);
        trace.write(folder.resolve("trace"), 400);
        Path corpus = Files.createDirectory(folder.resolve("corpus"));
        seed(corpus.resolve("metadata"), 0, Files.readAllBytes(folder.resolve("trace/metadata")));
        seed(corpus.resolve("stream"), 2, Files.readAllBytes(folder.resolve("trace/cpu0")));
        byte[] stream = Files.readAllBytes(folder.resolve("trace/cpu2"));
        seed(
                corpus.resolve("records"),
                1,
                java.util.Arrays.copyOfRange(stream, PacketHeader.SIZE_BYTES, stream.length));
        Tools.Output output = Tools.run(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + ReaderFuzz.class.getName(),
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-max_len=8192",
                "-timeout=10",
                "-max_total_time=" + SECONDS,
                corpus.toString()));
        assertThat(output.status()).as(output.err()).isZero();
        assertThat(output.err()).contains("Done ");
    }

    private static void seed(Path file, int kind, byte[] content) throws Exception {
        byte[] bytes = new byte[content.length + 1];
        bytes[0] = (byte) kind;
        System.arraycopy(content, 0, bytes, 1, content.length);
        Files.write(file, bytes);
    }
}
