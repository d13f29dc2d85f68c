package io.trapless.binary.elf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One stub of the procedure linkage table (psABI, "Procedure Linkage Table"): it jumps through a slot that the loader fills.
 *
 * @param address the stub's first byte
 * @param slot the address of the pointer it jumps through
 * @param symbolName the function it leads to; null for a slot without a symbol (IRELATIVE)
 */
public record PltEntry(
        long address, int sizeBytes, long slot, @Nullable String symbolName) {
    private static final int STUB_SIZE = 16;
    private static final int GOT_STUB_SIZE = 8;
    private static final int JUMP_SIZE = 6;

    static List<PltEntry> readAll(ElfFile file) throws ElfException {
        Relocations relocations = file.relocations();
        Map<Long, Integer> bySlot = new HashMap<>();
        for (int i = 0; i < relocations.size(); i++) {
            switch (relocations.type(i)) {
                case Relocations.R_X86_64_JUMP_SLOT, Relocations.R_X86_64_GLOB_DAT, Relocations.R_X86_64_IRELATIVE ->
                    bySlot.put(relocations.slot(i), i);
                default -> {}
            }
        }
        List<PltEntry> entries = new ArrayList<>();
        for (Section section : file.sections()) {
            if (section.isExecutable() && section.name().startsWith(".plt") && !section.isNoBits()) {
                int stubSize = section.name().equals(".plt.got") && section.entrySizeBytes() != STUB_SIZE
                        ? GOT_STUB_SIZE
                        : STUB_SIZE;
                scan(file.read(section), section.address(), stubSize, relocations, bySlot, entries);
            }
        }
        return List.copyOf(entries);
    }

    /** Looks in every stub for {@code jmp *slot(%rip)} (ff 25), which ENDBR64 or a BND prefix may precede. */
    private static void scan(
            ByteView code,
            long address,
            int stubSize,
            Relocations relocations,
            Map<Long, Integer> bySlot,
            List<PltEntry> entries)
            throws ElfException {
        for (long stub = 0; stub + stubSize <= code.size(); stub += stubSize) {
            for (long at = stub; at + JUMP_SIZE <= stub + stubSize; at++) {
                if (code.u8(at) == 0xFF && code.u8(at + 1) == 0x25) {
                    long slot = address + at + JUMP_SIZE + code.s32(at + 2);
                    Integer relocation = bySlot.get(slot);
                    if (relocation != null) {
                        entries.add(new PltEntry(address + stub, stubSize, slot, relocations.symbolName(relocation)));
                    }
                    break;
                }
            }
        }
    }
}
