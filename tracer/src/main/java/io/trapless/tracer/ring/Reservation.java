package io.trapless.tracer.ring;

import io.trapless.layout.RingDescriptor;
import io.trapless.tracer.ring.SessionFileException.Reason;
import java.nio.file.Path;

/**
 * Which rings get their memory when the file is created. A target that writes to a page for which tmpfs has no memory left is killed by SIGBUS, so every ring that will be written should be
 * reserved; it also saves the target a page allocation for every page of its first lap.
 *
 * @param onlineCpus rings of CPUs below this number are reserved, those of CPUs that may be plugged in later are not
 * @param rseqRings whether rseq rings are
 * @param atomicRings whether atomic rings are
 * @param cleared whether the memory is cleared too: if not, the kernel does that where it is first used, or when {@link SessionFile#clear} asks for it. A program that stands still while it touches all of it would wait for that
 */
public record Reservation(int onlineCpus, boolean rseqRings, boolean atomicRings, boolean cleared) {
    /** Nothing: a sparse file. */
    public static final Reservation NONE = new Reservation(0, false, false, false);

    /** Bytes that are reserved from the ring's control block on. */
    long bytesOf(RingId ring, RingGeometry geometry) {
        if (ring.cpu() >= onlineCpus) {
            return 0;
        }
        long plain = RingDescriptor.DATA_OFFSET + geometry.capacityBytes();
        return switch (ring.kind()) {
            case RSEQ -> rseqRings ? plain : 0;
            case TRAP -> 0;
            case ATOMIC -> atomicRings ? plain + RingDescriptor.marksSize(geometry.capacityBytes()) : 0;
        };
    }

    /** Bytes of tables that are reserved, from the first on: mirrors, which every thread uses, and areas of CPUs. */
    long tableBytes(RingGeometry geometry) {
        int cpus = rseqRings ? Math.min(onlineCpus, geometry.cpuCount()) : 0;
        return geometry.mirrorBytes() + cpus * geometry.tableStrideBytes();
    }

    /** Bytes that are reserved in all. */
    public long totalBytes(RingGeometry geometry) {
        int cpus = Math.min(onlineCpus, geometry.cpuCount());
        return cpus
                        * (bytesOf(new RingId(RingKind.RSEQ, 0), geometry)
                                + bytesOf(new RingId(RingKind.ATOMIC, 0), geometry))
                + tableBytes(geometry);
    }

    /** Refuses before anything is written; another process may still be faster, and then the writing itself fails. */
    void checkRoom(Path path, RingGeometry geometry) throws SessionFileException {
        long needed = totalBytes(geometry);
        Path directory = path.toAbsolutePath().getParent();
        if (needed == 0 || directory == null || !directory.toFile().isDirectory()) {
            return;
        }
        long free = directory.toFile().getUsableSpace();
        if (free < needed) {
            throw new SessionFileException(
                    Reason.NO_SPACE,
                    "the rings need " + mebibytes(needed) + " and " + directory + " has " + mebibytes(free)
                            + " free; use a smaller --buffer-size or another --shm-path");
        }
    }

    private static String mebibytes(long bytes) {
        return (bytes >> 20) + " MiB";
    }
}
