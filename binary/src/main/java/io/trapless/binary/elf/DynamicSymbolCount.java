package io.trapless.binary.elf;

import java.util.OptionalLong;

/**
 * How many entries the dynamic symbol table has when no section header says so: DT_HASH states it; DT_GNU_HASH implies it by the last chain; else the string table
 * that every linker puts right behind bounds it.
 */
final class DynamicSymbolCount {
    private DynamicSymbolCount() {}

    static long of(ElfFile file, long symbolTableAddress) throws ElfException {
        DynamicTable dynamic = file.dynamic();
        OptionalLong sysvHash = dynamic.value(ElfConstants.DT_HASH);
        if (sysvHash.isPresent()) {
            return file.readAt(sysvHash.getAsLong(), 8).u32(4);
        }
        OptionalLong gnuHash = dynamic.value(ElfConstants.DT_GNU_HASH);
        if (gnuHash.isPresent()) {
            return countByGnuHash(file.fromAddress(gnuHash.getAsLong()));
        }
        long strings = dynamic.value(ElfConstants.DT_STRTAB).orElse(0);
        return strings > symbolTableAddress ? (strings - symbolTableAddress) / ElfConstants.SYMBOL_SIZE : 0;
    }

    /** Header: buckets, index of the first hashed symbol, bloom words, shift; then bloom words of 8 bytes, buckets, chains whose last entry has bit 0 set. */
    private static long countByGnuHash(ByteView view) throws ElfException {
        long bucketCount = view.u32(0);
        long firstHashed = view.u32(4);
        long buckets = 16 + 8 * view.u32(8);
        long chains = buckets + 4 * bucketCount;
        long last = 0;
        for (long i = 0; i < bucketCount; i++) {
            last = Math.max(last, view.u32(buckets + 4 * i));
        }
        if (last < firstHashed) {
            return firstHashed;
        }
        while ((view.s32(chains + 4 * (last - firstHashed)) & 1) == 0) {
            last++;
        }
        return last + 1;
    }
}
