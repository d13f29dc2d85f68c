package io.trapless.tracer.ring;

import io.trapless.fuzz.Fuzzing;
import io.trapless.layout.RingDescriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * Takes bytes for what a target left in its rings: positions, packets, records and commit marks. Readers end, throw nothing, and hand on nothing that a CTF reader would not take; a file that is
 * read after its tracer's death may give a {@link SessionFileException} besides.
 *
 * <pre>
 *   offset  size  meaning
 *        0     1  bit 0: ring kind; bits 1-2: poll and drain, snapshot, or the file
 *        1    24  head, limit or consumed, lost
 *       25     n  data from the first sub-buffer on; of an atomic ring, every third byte is one of the marks
 * </pre>
 */
public final class RingFuzz {
    static final int HEAD_BYTES = 25;
    static final int SUB_BUFFER_SIZE = 128;

    private static final int POLLS = 20;
    private static final RingGeometry GEOMETRY = new RingGeometry(1, 16L * SUB_BUFFER_SIZE, RecordingMode.DISCARD);
    private static final UUID SESSION = TestRing.SESSION;
    private static final Path FILE = createFile();

    private RingFuzz() {}

    /** Called by Jazzer. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < HEAD_BYTES) {
            return;
        }
        Fuzzing.measured(input, () -> {
            try {
                if ((input[0] >> 1 & 3) == 3) {
                    recoverFile(input);
                } else {
                    readMemory(input);
                }
            } catch (SessionFileException e) {
                if (e.getMessage() == null || e.getMessage().isEmpty()) {
                    throw new AssertionError("an error without a sentence", e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void readMemory(byte[] input) throws IOException {
        TestRing ring = new TestRing((input[0] & 1) == 0 ? RingKind.RSEQ : RingKind.ATOMIC, SUB_BUFFER_SIZE);
        ByteBuffer bytes = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
        ring.set(RingDescriptor.HEAD_OFFSET, bytes.getLong(1));
        ring.set(RingDescriptor.LIMIT_OFFSET, bytes.getLong(9));
        ring.set(RingDescriptor.CONSUMED_OFFSET, bytes.getLong(9));
        ring.set(RingDescriptor.LOST_OFFSET, bytes.getLong(17));
        ring.tsc = 1L << 40;
        fill(ring, Arrays.copyOfRange(input, HEAD_BYTES, input.length));
        RingReader reader = ring.reader(new CollectingSink(false));
        if ((input[0] >> 1 & 3) == 0) {
            reader.snapshot(new HeadHistory(ring.capacity));
            return;
        }
        for (int i = 0; i < POLLS; i++) {
            reader.poll();
        }
        if ((input[0] >> 1 & 3) == 2) {
            reader.skipPresentHoles();
        }
        reader.drain();
    }

    private static void fill(TestRing ring, byte[] bytes) {
        boolean marked = ring.kind == RingKind.ATOMIC;
        long markBytes = RingDescriptor.marksSize(ring.capacity);
        int data = 0;
        int marks = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (marked && i % 3 == 2) {
                set(ring.memory, ring.markOffset(0) + marks++ % markBytes, bytes[i]);
            } else {
                set(ring.memory, ring.dataOffset(data++), bytes[i]);
            }
        }
    }

    private static void set(MemorySegment memory, long offset, byte value) {
        memory.set(java.lang.foreign.ValueLayout.JAVA_BYTE, offset, value);
    }

    private static Path createFile() {
        try {
            Path file = Files.createTempDirectory("ringfuzz").resolve("rings");
            SessionFile.create(file, GEOMETRY, SESSION, Reservation.NONE, 1).close();
            file.toFile().deleteOnExit();
            file.getParent().toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same bytes go to both rings. */
    private static void recoverFile(byte[] input) throws IOException {
        try (FileChannel channel = FileChannel.open(FILE, StandardOpenOption.WRITE)) {
            for (RingKind kind : List.of(RingKind.RSEQ, RingKind.ATOMIC)) {
                long ring = GEOMETRY.ringOffset(new RingId(kind, 0));
                channel.write(ByteBuffer.wrap(input, 1, 16), ring + RingDescriptor.HEAD_OFFSET);
                channel.write(ByteBuffer.wrap(input, 17, 8), ring + RingDescriptor.LOST_OFFSET);
                int length = (int) Math.min(input.length - HEAD_BYTES, GEOMETRY.capacityBytes() * 5 / 4);
                channel.write(ByteBuffer.wrap(input, HEAD_BYTES, length), ring + RingDescriptor.DATA_OFFSET);
            }
        }
        try (SessionFile file = SessionFile.openForRecovery(FILE, GEOMETRY, SESSION)) {
            file.heldBytes();
            new RingSnapshot(file, TestRecords.scanner(), new CollectingSink(false), () -> 1L << 40, 1).take();
        }
    }
}
