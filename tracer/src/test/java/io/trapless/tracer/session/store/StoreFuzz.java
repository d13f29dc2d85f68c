package io.trapless.tracer.session.store;

import io.trapless.fuzz.Fuzzing;
import io.trapless.trace.ctf.MetadataWriter;
import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Takes bytes for a session's private files, which a full disk or a crash may have damaged. Any exception but {@link StoreException} is a finding. */
public final class StoreFuzz {
    private static final SessionDirectory DIRECTORY = create();

    private StoreFuzz() {}

    private static SessionDirectory create() {
        try {
            Path base = Files.createTempDirectory("storefuzz");
            SessionDirectory directory = SessionDirectory.create(SessionBase.choose(base, Map.of()), "x", 1);
            for (Path file : new Path[] {base, directory.path()}) {
                file.toFile().deleteOnExit();
            }
            for (String name :
                    new String[] {SessionDirectory.PROPERTIES, SessionDirectory.EVENTS, SessionDirectory.JOURNAL}) {
                directory.path().resolve(name).toFile().deleteOnExit();
            }
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Called by Jazzer. The first byte chooses the file that the others are. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
        Fuzzing.measured(input, () -> {
            try {
                read(input[0] & 3, bytes);
            } catch (StoreException e) {
                if (e.getMessage() == null || e.getMessage().isEmpty()) {
                    throw new AssertionError("an error without a sentence", e);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void read(int kind, byte[] bytes) throws IOException {
        switch (kind) {
            case 0 -> journal(bytes);
            case 1 -> journal(withChecksums(bytes));
            case 2 -> {
                Files.write(DIRECTORY.path().resolve(SessionDirectory.PROPERTIES), bytes);
                SessionProperties.read(DIRECTORY).write(DIRECTORY);
            }
            default -> {
                Files.write(DIRECTORY.path().resolve(SessionDirectory.EVENTS), bytes);
                use(EventTable.read(DIRECTORY));
            }
        }
    }

    private static void journal(byte[] bytes) throws IOException {
        Files.write(DIRECTORY.journal(), bytes);
        JournalReader.read(DIRECTORY).forEach(JournalEntry::address);
        Leftovers.of(JournalReader.read(DIRECTORY));
    }

    /** A checksum is no riddle to those who would harm; it is one to a fuzzer. */
    private static byte[] withChecksums(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = JournalFormat.MAGIC_SIZE;
        while (at + JournalFormat.ENTRY_HEADER_SIZE <= bytes.length) {
            int payload = at + JournalFormat.ENTRY_HEADER_SIZE;
            int size = Math.min(buffer.getShort(at) & 0xFFFF, bytes.length - payload);
            CRC32C crc = new CRC32C();
            crc.update(bytes, payload, size);
            buffer.putInt(at + 2, (int) crc.getValue());
            at = payload + size;
        }
        return bytes;
    }

    /** What recovery does with a table: what was accepted must serve. */
    private static void use(EventTable table) throws IOException {
        table.write(DIRECTORY);
        if (!EventTable.read(DIRECTORY).events().equals(table.events())) {
            throw new AssertionError("what was written is not what is read");
        }
        new PacketScanner(table.events());
        MetadataWriter.write(new TraceSchema(
                new UUID(1, 2), new TraceClock(1_000_000_000L, 0, 0), table.environment(), table.events()));
    }
}
