package io.trapless.tracer.preload;

import java.util.List;

/**
 * What the code of one module depends on and only the process can tell.
 *
 * @param region where the code begins
 * @param bias what is added to the module's own addresses
 * @param rings where the session's rings are mapped
 * @param tidOffset of the thread id, from the thread pointer
 * @param rseqOffset of the rseq area, from the thread pointer; without meaning in code that uses none
 */
public record LinkPlace(long region, long bias, long rings, int tidOffset, int rseqOffset) {
    /** Made-up addresses that need all their bytes, as those of mappings do. */
    static final LinkPlace FIRST =
            new LinkPlace(0x5000_3000_0000L, 0x5000_5000_0000L, 0x7000_2000_0000L, 0x11_0000, 0x22_0000);

    private static final long EVERY_BYTE = 0x0101_0101_0101_0101L;

    /** As different as an address can be without changing what alignment makes of the code: a region begins on a page. */
    private static final long ALIGNED = EVERY_BYTE << 8;

    /**
     * Differs from {@link #FIRST} in every byte of every kind of address (but for the lowest of the region's), and each kind differs by another number, whose lower half is another one too: what
     * has changed in the code tells of what it depends on.
     */
    static final LinkPlace SECOND = new LinkPlace(
            FIRST.region + ALIGNED,
            FIRST.bias + ALIGNED + 0x0707_0707,
            FIRST.rings + 2 * EVERY_BYTE,
            FIRST.tidOffset + 0x0303_0303,
            FIRST.rseqOffset + 0x0505_0505);

    /** As a process may have it, to check the result by. */
    static final LinkPlace THIRD = new LinkPlace(0x7F12_8765_4000L, 0x7F12_BEEF_D000L, 0x7F13_0A0B_C000L, 0x2D0, -0x60);

    /** The biases for which a {@link CodeSource} will be asked. */
    public static List<Long> biases() {
        return List.of(FIRST.bias, SECOND.bias, THIRD.bias);
    }

    /** One of the places for which a {@link CodeSource} will be asked. */
    public static LinkPlace sample() {
        return FIRST;
    }

    /** What a field of this kind holds beyond its constant part. */
    long value(Kind kind) {
        return switch (kind) {
            case REGION -> region;
            case BIAS -> bias;
            case RINGS -> rings;
            case DISTANCE -> bias - region;
            case TID -> tidOffset;
            case RSEQ -> rseqOffset;
        };
    }

    /** By how much a field of this kind differs between {@link #FIRST} and {@link #SECOND}. */
    static long difference(Kind kind) {
        return SECOND.value(kind) - FIRST.value(kind);
    }

    /** The kinds of fields that have to be filled in, in the order of their lists in the object. */
    enum Kind {
        /** An address in the code. */
        REGION(0, 8),
        /** An address in the module. */
        BIAS(1, 8),
        /** An address in the rings. */
        RINGS(2, 8),
        /** The distance from the code to the module. */
        DISTANCE(3, 4),
        TID(4, 4),
        RSEQ(5, 4);

        private final int number;
        private final int sizeBytes;

        Kind(int number, int sizeBytes) {
            this.number = number;
            this.sizeBytes = sizeBytes;
        }

        /** Its place in a record's lists. */
        int number() {
            return number;
        }

        int sizeBytes() {
            return sizeBytes;
        }
    }
}
