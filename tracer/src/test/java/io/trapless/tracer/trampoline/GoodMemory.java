package io.trapless.tracer.trampoline;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Two pages that can be read between two that can't, below 2 GiB so that a displacement alone reaches them. */
final class GoodMemory {
    static final int PAGE = 4096;
    static final int SIZE = 2 * PAGE;

    private static final int MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE = 0x22 | 0x100000;
    private static final long LOWEST = 16L << 20;
    private static final long STEP = 1L << 20;

    private final MemorySegment bytes;

    GoodMemory() {
        long base = anywhereBelow(1L << 31);
        if ((int) Downcall.call(Downcall.libc("mprotect"), base + PAGE, SIZE, 3) != 0) {
            throw new IllegalStateException("mprotect");
        }
        bytes = MemorySegment.ofAddress(base + PAGE).reinterpret(SIZE);
    }

    /** The JVM may have reserved all of what MAP_32BIT looks at, so places are tried one by one. */
    private static long anywhereBelow(long end) {
        for (long address = LOWEST; address + STEP <= end; address += STEP) {
            long got = Downcall.call(
                    Downcall.libc("mmap"),
                    address,
                    SIZE + 2 * PAGE,
                    0,
                    MAP_PRIVATE_ANONYMOUS_FIXED_NOREPLACE,
                    -1,
                    0,
                    0);
            if (got == address) {
                return got;
            }
        }
        throw new IllegalStateException("nothing is free below 2 GiB");
    }

    long start() {
        return bytes.address();
    }

    /** Strings of many lengths, numbers, and pointers to itself. */
    void fill(Random random) {
        for (int at = 0; at < SIZE; ) {
            int kind = random.nextInt(4);
            int length = 8 * (1 + random.nextInt(kind == 0 ? 40 : 3));
            for (int i = 0; i < length && at < SIZE; i += 8, at += 8) {
                long word = switch (kind) {
                    case 0 -> 0x6161616161616161L + random.nextInt(3);
                    case 1 -> start() + random.nextInt(SIZE);
                    case 2 -> random.nextLong() & 0x00FF00FFFFFFFFFFL;
                    default -> random.nextInt(300);
                };
                bytes.set(ValueLayout.JAVA_LONG_UNALIGNED, at, word);
            }
        }
    }

    boolean holds(long address, int length) {
        return Long.compareUnsigned(address - start(), SIZE - length) <= 0;
    }

    byte at(long address) {
        return bytes.get(ValueLayout.JAVA_BYTE, address - start());
    }

    /** Whether none of the bytes can be read: they are ours and closed, or too low for any mapping, or no address at all. */
    boolean surelyAbsent(long address) {
        return (address >= start() - PAGE && address < start())
                || (address >= start() + SIZE && address < start() + SIZE + PAGE)
                || (address >= 0 && address < 4096)
                || address >>> 47 != 0;
    }
}
