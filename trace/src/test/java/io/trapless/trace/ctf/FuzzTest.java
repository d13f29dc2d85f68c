package io.trapless.trace.ctf;

import io.trapless.fuzz.Fuzzing;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Coverage-guided fuzzing with Jazzer, from good files on. */
@Tag("long")
class FuzzTest {
    private static final int MAX_BYTES = 8192;

    @TempDir
    Path folder;

    @Test
    void noBytesSurpriseTheReader() throws Exception {
        RandomTrace trace = new RandomTrace(1);
        trace.write(folder.resolve("trace"), 400);
        byte[] stream = Files.readAllBytes(folder.resolve("trace/cpu2"));
        List<byte[]> seeds = List.of(
                seed(0, Files.readAllBytes(folder.resolve("trace/metadata"))),
                seed(2, Files.readAllBytes(folder.resolve("trace/cpu0"))),
                seed(1, Arrays.copyOfRange(stream, PacketHeader.SIZE_BYTES, stream.length)));
        Fuzzing.search(ReaderFuzz.class, Files.createDirectory(folder.resolve("fuzz")), seeds, MAX_BYTES);
    }

    private static byte[] seed(int kind, byte[] content) {
        byte[] bytes = new byte[content.length + 1];
        bytes[0] = (byte) kind;
        System.arraycopy(content, 0, bytes, 1, content.length);
        return bytes;
    }
}
