package io.trapless.tracer.session.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.tracer.attach.TextChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal may end anywhere, for its writer may die anywhere: what was noted whole is there, and the next writer goes on behind it. */
class JournalTest {
    private static final ProcessKey A = new ProcessKey(10, 111);
    private static final ProcessKey B = new ProcessKey(20, 222);

    @TempDir
    Path folder;

    private SessionDirectory directory;

    @BeforeEach
    void create() throws IOException {
        directory = SessionDirectory.create(SessionBase.choose(folder, Map.of()), "x", 1);
    }

    private static JournalEntry patched(ProcessKey process, long address, int size) {
        byte[] original = new byte[size];
        byte[] replacement = new byte[size];
        Arrays.fill(original, (byte) address);
        Arrays.fill(replacement, (byte) 0xE9);
        return new JournalEntry.Patched(process, new TextChange(address, original, replacement));
    }

    private static List<JournalEntry> all() {
        return List.of(
                new JournalEntry.Mapped(A, 0x7000_0000_0000L, 1L << 33),
                patched(A, 0x401000, 5),
                patched(B, -4096, 255),
                new JournalEntry.SemaphoreRaised(A, 0x404000),
                new JournalEntry.Restored(A, 0x401000),
                new JournalEntry.SemaphoreLowered(A, 0x404000),
                new JournalEntry.Replaced(B),
                new JournalEntry.Unmapped(A, 0x7000_0000_0000L));
    }

    /** Text changes have no equality of their own. */
    private static List<String> texts(List<JournalEntry> entries) {
        return entries.stream().map(JournalTest::text).toList();
    }

    private static String text(JournalEntry entry) {
        return entry instanceof JournalEntry.Patched p
                ? p.process() + " " + p.address() + Arrays.toString(p.change().expected())
                        + Arrays.toString(p.change().replacement())
                : entry.toString();
    }

    private List<String> read() throws StoreException {
        return texts(JournalReader.read(directory));
    }

    @Test
    void entriesComeBackAlsoFromSeveralWriters() throws IOException {
        assertThat(read()).isEmpty();
        for (JournalEntry entry : all()) {
            try (JournalWriter writer = JournalWriter.open(directory)) {
                writer.append(List.of(entry));
            }
        }
        assertThat(read()).isEqualTo(texts(all()));
    }

    @Test
    void aTornEndIsIgnoredAndWrittenOver() throws IOException {
        try (JournalWriter writer = JournalWriter.open(directory)) {
            writer.append(all());
        }
        byte[] whole = Files.readAllBytes(directory.journal());
        int last = 0;
        for (int length = 0; length <= whole.length; length++) {
            Files.write(directory.journal(), Arrays.copyOf(whole, length));
            List<String> read = read();
            assertThat(read).isEqualTo(texts(all()).subList(0, read.size()));
            assertThat(read.size()).isGreaterThanOrEqualTo(last);
            last = read.size();
            try (JournalWriter writer = JournalWriter.open(directory)) {
                writer.append(List.of(patched(B, 77, 9)));
            }
            List<String> expected = new ArrayList<>(read);
            expected.add(text(patched(B, 77, 9)));
            assertThat(read()).isEqualTo(expected);
        }
        assertThat(last).isEqualTo(all().size());
    }

    @Test
    void flippedBytesEndTheJournalWhereTheyAre() throws IOException {
        long seed = System.nanoTime();
        System.out.println("JournalTest seed " + seed);
        Random random = new Random(seed);
        try (JournalWriter writer = JournalWriter.open(directory)) {
            writer.append(all());
        }
        byte[] whole = Files.readAllBytes(directory.journal());
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = whole.clone();
            damaged[8 + random.nextInt(damaged.length - 8)] ^= (byte) (1 << random.nextInt(8));
            Files.write(directory.journal(), damaged);
            List<String> read = read();
            assertThat(read.size()).isLessThan(all().size());
            assertThat(read).isEqualTo(texts(all()).subList(0, read.size()));
        }
        whole[7] = '2';
        Files.write(directory.journal(), whole);
        assertThatThrownBy(this::read).hasMessageContaining("not a journal");
    }

    @Test
    void tenThousandPatchesTakeMilliseconds() throws IOException {
        List<JournalEntry> many = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            many.add(patched(A, 0x400000 + 16L * i, 5));
        }
        long best = Long.MAX_VALUE;
        try (JournalWriter writer = JournalWriter.open(directory)) {
            for (int round = 0; round < 10; round++) {
                long start = System.nanoTime();
                writer.append(many);
                best = Math.min(best, System.nanoTime() - start);
            }
        }
        System.out.println("10,000 journal entries in " + best / 1_000 + " us");
        assertThat(best).isLessThan(50_000_000);
        assertThat(JournalReader.read(directory)).hasSize(100_000);
    }

    @Test
    void leftoversAreWhatWasNotUndone() {
        List<JournalEntry> entries = new ArrayList<>(all());
        entries.add(patched(A, 0x401000, 5));
        entries.add(new JournalEntry.SemaphoreRaised(A, 0x404000));
        entries.add(new JournalEntry.SemaphoreRaised(A, 0x404000));
        entries.add(new JournalEntry.SemaphoreLowered(A, 0x404000));
        List<Leftovers> left = Leftovers.of(entries);
        assertThat(left).hasSize(1); // what was patched in B went with its program
        assertThat(left.get(0).process()).isEqualTo(A);
        assertThat(left.get(0).mappings()).isEmpty();
        assertThat(left.get(0).patches()).hasSize(1);
        assertThat(left.get(0).semaphores()).containsExactly(0x404000L);
        assertThat(Leftovers.of(List.of(new JournalEntry.Unmapped(A, 1)))).isEmpty();
    }

    @Test
    void aProgramThatIsGoneLeavesNothing() {
        List<Leftovers> left = Leftovers.of(List.of(
                new JournalEntry.Mapped(A, 0x1000, 4096),
                patched(A, 0x401000, 5),
                new JournalEntry.SemaphoreRaised(A, 0x404000),
                patched(B, 0x401000, 5),
                new JournalEntry.Replaced(A),
                patched(A, 0x402000, 5)));
        assertThat(left).hasSize(2);
        assertThat(left.getFirst().process()).isEqualTo(A);
        assertThat(left.getFirst().mappings()).isEmpty();
        assertThat(left.getFirst().semaphores()).isEmpty();
        assertThat(left.getFirst().patches()).extracting(TextChange::address).containsExactly(0x402000L);
        assertThat(left.getLast().process()).isEqualTo(B);
    }
}
