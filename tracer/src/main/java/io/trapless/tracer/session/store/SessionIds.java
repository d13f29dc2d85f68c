package io.trapless.tracer.session.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Makes the ids of sessions and traces. */
public final class SessionIds {
    private static final Path RANDOM = Path.of("/dev/urandom");
    private static final long VERSION_4 = 0x4000L;
    private static final long VARIANT_2 = 0x8000_0000_0000_0000L;

    private SessionIds() {}

    /** A random UUID (RFC 9562, version 4). {@link UUID#randomUUID} loads the JDK's security providers first, and a user waits for that. */
    public static UUID next() throws IOException {
        byte[] random;
        try (InputStream input = Files.newInputStream(RANDOM)) {
            random = input.readNBytes(2 * Long.BYTES);
        }
        ByteBuffer bits = ByteBuffer.wrap(random);
        return new UUID((bits.getLong() & ~0xF000L) | VERSION_4, (bits.getLong() & ~(3L << 62)) | VARIANT_2);
    }
}
