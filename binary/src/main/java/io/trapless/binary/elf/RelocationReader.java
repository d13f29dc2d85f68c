package io.trapless.binary.elf;

import java.util.Arrays;

/** Collects relocations of all four tables into growing columns. Used by one thread, once. */
final class RelocationReader {
    /** Far above any real program (Chrome has 1.5 million); bounds what a damaged RELR table can expand to. */
    private static final int MAX_RELOCATIONS = 1 << 22;

    private static final int RELR_BITS = 63;

    long[] slots = new long[256];
    int[] types = new int[256];
    int[] symbolIndexes = new int[256];
    long[] addends = new long[256];
    int size;

    private final ElfFile file;

    private RelocationReader(ElfFile file) {
        this.file = file;
    }

    static RelocationReader read(ElfFile file) throws ElfException {
        RelocationReader reader = new RelocationReader(file);
        DynamicTable dynamic = file.dynamic();
        if (dynamic.isEmpty()) {
            reader.readSections();
        } else {
            reader.readRela(dynamic.table(file, ElfConstants.DT_RELA, ElfConstants.DT_RELASZ));
            reader.readRel(dynamic.table(file, ElfConstants.DT_REL, ElfConstants.DT_RELSZ));
            reader.readRelr(dynamic.table(file, ElfConstants.DT_RELR, ElfConstants.DT_RELRSZ));
            ByteView plt = dynamic.table(file, ElfConstants.DT_JMPREL, ElfConstants.DT_PLTRELSZ);
            if (dynamic.value(ElfConstants.DT_PLTREL).orElse(ElfConstants.DT_RELA) == ElfConstants.DT_REL) {
                reader.readRel(plt);
            } else {
                reader.readRela(plt);
            }
        }
        return reader;
    }

    /** A static program has no dynamic section; its start code walks .rela.plt between two linker symbols. */
    private void readSections() throws ElfException {
        for (Section section : file.sections()) {
            if (section.isAllocated() && section.type() == ElfConstants.SHT_RELA) {
                readRela(file.read(section));
            } else if (section.isAllocated() && section.type() == ElfConstants.SHT_REL) {
                readRel(file.read(section));
            }
        }
    }

    private void readRela(ByteView view) throws ElfException {
        for (int at = 0; at + ElfConstants.RELA_SIZE <= view.size(); at += ElfConstants.RELA_SIZE) {
            long info = view.s64(at + 8L);
            add(view.s64(at), (int) info, (int) (info >>> 32), view.s64(at + 16L));
        }
    }

    /** REL keeps the addend in the slot itself. */
    private void readRel(ByteView view) throws ElfException {
        for (int at = 0; at + ElfConstants.REL_SIZE <= view.size(); at += ElfConstants.REL_SIZE) {
            long info = view.s64(at + 8L);
            long slot = view.s64(at);
            add(slot, (int) info, (int) (info >>> 32), file.readAt(slot, 8).s64(0));
        }
    }

    /** An even word is an address that is relocated; an odd one is a bitmap of the 63 words after the last place. */
    private void readRelr(ByteView view) throws ElfException {
        long place = 0;
        for (int at = 0; at + 8 <= view.size(); at += 8) {
            long word = view.s64(at);
            if ((word & 1) == 0) {
                addRelative(word);
                place = word + 8;
            } else {
                for (int bit = 0; bit < RELR_BITS; bit++) {
                    if ((word >>> (bit + 1) & 1) != 0) {
                        addRelative(place + 8L * bit);
                    }
                }
                place += 8L * RELR_BITS;
            }
        }
    }

    private void addRelative(long slot) throws ElfException {
        add(slot, Relocations.R_X86_64_RELATIVE, 0, file.fromAddress(slot).s64(0));
    }

    private void add(long slot, int type, int symbolIndex, long addend) throws ElfException {
        if (size == slots.length) {
            if (size >= MAX_RELOCATIONS) {
                throw new ElfException(ElfError.TOO_LARGE, "more than " + MAX_RELOCATIONS + " relocations");
            }
            slots = Arrays.copyOf(slots, size * 2);
            types = Arrays.copyOf(types, size * 2);
            symbolIndexes = Arrays.copyOf(symbolIndexes, size * 2);
            addends = Arrays.copyOf(addends, size * 2);
        }
        slots[size] = slot;
        types[size] = type;
        symbolIndexes[size] = symbolIndex;
        addends[size] = addend;
        size++;
    }
}
