package io.trapless.trace.ctf;

import java.util.HashMap;
import java.util.Map;

/**
 * A structure of fixed size in front of packets or events: where its integers lie.
 *
 * @param integers by name, without the leading underscore
 * @param arrays offsets of arrays of bytes, by name
 */
record HeaderLayout(int sizeBytes, Map<String, IntAccess> integers, Map<String, Integer> arrays) {

    /**
     * @param startBytes offset at which the structure begins; offsets in the result count from there
     * @param maxAlignBits the alignment that {@code startBytes} is known to have
     */
    static HeaderLayout of(CtfType.Struct struct, int startBytes, int maxAlignBits) throws TraceException {
        Map<String, IntAccess> integers = new HashMap<>();
        Map<String, Integer> arrays = new HashMap<>();
        if (struct.alignBits() > maxAlignBits) {
            throw TraceException.unsupported("an alignment of " + struct.alignBits() + " bits");
        }
        int offset = startBytes;
        for (CtfType.Member member : struct.members()) {
            int alignBytes = Math.max(1, member.type().alignBits() / Byte.SIZE);
            offset = (offset + alignBytes - 1) & -alignBytes;
            String name = member.name().startsWith("_") ? member.name().substring(1) : member.name();
            switch (member.type()) {
                case CtfType.Int integer -> {
                    integers.put(name, new IntAccess(offset - startBytes, integer.sizeBytes(), integer.signed()));
                    offset += integer.sizeBytes();
                }
                case CtfType.Enumeration(CtfType.Int integer) -> {
                    integers.put(name, new IntAccess(offset - startBytes, integer.sizeBytes(), integer.signed()));
                    offset += integer.sizeBytes();
                }
                case CtfType.Array(CtfType.Int integer, int length)
                when integer.sizeBits() == Byte.SIZE -> {
                    arrays.put(name, offset - startBytes);
                    offset += length;
                }
                default -> throw TraceException.unsupported("a header field '" + name + "' that is no integer");
            }
        }
        return new HeaderLayout(offset - startBytes, integers, arrays);
    }

    /** The integer of that name, or {@link IntAccess#ABSENT}. */
    IntAccess integer(String name) {
        return integers.getOrDefault(name, IntAccess.ABSENT);
    }
}
