package io.trapless.binary.dwarf;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** One operation of a location expression (DWARF 5, section 2.5), its operands as libdw gives them. */
record Operation(int code, long number, long second) {
    /** Longer expressions tell nothing that could be used. */
    private static final int MAX_OPERATIONS = 64;

    /** Reads libdw's array; empty if it has none, or too many. */
    @SuppressWarnings("restricted") // its length is what libdw says
    static List<Operation> read(MemorySegment array, long count) {
        List<Operation> all = new ArrayList<>();
        if (count <= 0 || count > MAX_OPERATIONS || array.equals(MemorySegment.NULL)) {
            return all;
        }
        MemorySegment bytes = array.reinterpret(count * Libdw.OPERATION_BYTES);
        for (long i = 0; i < count; i++) {
            long at = i * Libdw.OPERATION_BYTES;
            all.add(new Operation(
                    bytes.get(JAVA_BYTE, at) & 0xFF, bytes.get(JAVA_LONG, at + 8), bytes.get(JAVA_LONG, at + 16)));
        }
        return all;
    }
}
