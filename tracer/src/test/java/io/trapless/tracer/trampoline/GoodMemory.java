package io.trapless.tracer.trampoline;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Random;

/** Two pages that can be read between two that can't, below 2 GiB so that a displacement alone reaches them. */
final class GoodMemory {
    static final int PAGE = 4096;
    static final int SIZE = 2 * PAGE;

    private static final int MAP_PRIVATE_ANONYMOUS_32BIT = 0x22 | 0x40;
    private static final Linker LINKER = Linker.nativeLinker();

    private final MemorySegment bytes;

    GoodMemory() throws Throwable {
        MethodHandle mmap = LINKER.downcallHandle(
                LINKER.defaultLookup().find("mmap").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_LONG,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_INT,
                        ValueLayout.JAVA_LONG));
        MethodHandle mprotect = LINKER.downcallHandle(
                LINKER.defaultLookup().find("mprotect").orElseThrow(),
                FunctionDescriptor.of(
                        ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        long base = (long) mmap.invokeExact(0L, (long) SIZE + 2 * PAGE, 0, MAP_PRIVATE_ANONYMOUS_32BIT, -1, 0L);
        if ((int) mprotect.invokeExact(base + PAGE, (long) SIZE, 3) != 0) {
            throw new IllegalStateException("mprotect");
        }
        bytes = MemorySegment.ofAddress(base + PAGE).reinterpret(SIZE);
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
