package io.trapless.tracer.session.store;

import io.trapless.fuzz.Fuzzing;
import io.trapless.tracer.attach.TextChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link StoreFuzz} over the files of a session. */
class StoreFuzzTest {
    private static final List<byte[]> SEEDS = new ArrayList<>();

    @BeforeAll
    static void write(@TempDir Path folder) throws IOException {
        SessionDirectory directory = SessionDirectory.create(SessionBase.choose(folder, Map.of()), "x", 1);
        ProcessKey process = new ProcessKey(10, 111);
        SessionStoreTest.properties(process).write(directory);
        SessionStoreTest.table().write(directory);
        byte[] text = {1, 2, 3, 4, 5};
        try (JournalWriter writer = JournalWriter.open(directory)) {
            writer.append(List.of(
                    new JournalEntry.Mapped(process, 0x7000_0000_0000L, 1L << 33),
                    new JournalEntry.Patched(process, new TextChange(0x401000, text, text)),
                    new JournalEntry.SemaphoreRaised(process, 0x404000),
                    new JournalEntry.Restored(process, 0x401000),
                    new JournalEntry.SemaphoreLowered(process, 0x404000),
                    new JournalEntry.Unmapped(process, 0x7000_0000_0000L)));
        }
        seed(0, Files.readAllBytes(directory.journal()));
        seed(1, Files.readAllBytes(directory.journal()));
        seed(2, directory.read(SessionDirectory.PROPERTIES));
        seed(3, directory.read(SessionDirectory.EVENTS));
    }

    private static void seed(int kind, byte[] content) {
        byte[] bytes = new byte[content.length + 1];
        bytes[0] = (byte) kind;
        System.arraycopy(content, 0, bytes, 1, content.length);
        SEEDS.add(bytes);
    }

    @Test
    void damagedFilesGiveNothingButStoreExceptions() {
        Fuzzing.replay(StoreFuzz::fuzzerTestOneInput, SEEDS);
    }

    @Test
    @Tag("long")
    void noBytesSurpriseTheStore(@TempDir Path folder) throws IOException, InterruptedException {
        Fuzzing.search(StoreFuzz.class, folder, SEEDS, 4096);
    }
}
