package io.trapless.binary.elfwriter;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * A position-independent shared object for x86-64 (System V gABI, x86-64 psABI) in the making: its layout is fixed by what it imports and by the sizes of its data, so that code may be assembled
 * for its addresses before the file is written. An address is also a file offset.
 *
 * <pre>
 *   0         headers, .hash, .dynsym, .dynstr, .rela.dyn, .rodata      R
 *   page      .dynamic, .got (one slot of 8 bytes an import), .data     RW
 *   page      .text                                                     RX
 *             .shstrtab, section headers                                not loaded
 * </pre>
 *
 * Every import is weak: its slot holds the symbol's address when the code runs, or 0 if nothing defines it. Immutable.
 */
public final class SharedObject {
    /** The file is loaded in pages of this size. */
    public static final int PAGE = 4096;

    /** The loader runs its initializer before those of all others (DF_1_INITFIRST; the GNU linker's {@code -z initfirst}). */
    private static final int DF_1_INITFIRST = 0x20;

    /** It is never unloaded (DF_1_NODELETE). */
    private static final int DF_1_NODELETE = 0x8;

    private static final int PT_LOAD = 1;
    private static final int PT_DYNAMIC = 2;
    private static final int PT_GNU_STACK = 0x6474E551;
    private static final int PF_X = 1;
    private static final int PF_W = 2;
    private static final int PF_R = 4;
    private static final int SEGMENTS = 5;

    private static final int DATA_ALIGNMENT = 64;

    private final List<String> imports;
    private final byte[] readOnly;
    private final int writableBytes;
    private final String soname;
    private final Strings names = new Strings();
    private final DynamicSymbols symbols;
    private final int hashAt;
    private final int symbolsAt;
    private final int stringsAt;
    private final int relocationsAt;
    private final int readOnlyAt;
    private final int dynamicAt;
    private final int slotsAt;
    private final int writableAt;
    private final int codeAt;

    /**
     * @param soname by which a loader knows it
     * @param imports names of the symbols that the code may use
     * @param readOnly what {@link #readOnlyAddress} holds; neither copied nor changed
     * @param writableBytes zeroes at {@link #writableAddress}
     */
    public SharedObject(String soname, List<String> imports, byte[] readOnly, int writableBytes) {
        this.soname = soname;
        this.imports = List.copyOf(imports);
        this.readOnly = readOnly;
        this.writableBytes = writableBytes;
        this.symbols = new DynamicSymbols(this.imports, names);
        names.add(soname);
        hashAt = ElfRecords.HEADER_SIZE + SEGMENTS * ElfRecords.SEGMENT_SIZE;
        symbolsAt = align(hashAt + symbols.hash().length, 8);
        stringsAt = symbolsAt + symbols.table().length;
        relocationsAt = align(stringsAt + names.sizeBytes(), 8);
        readOnlyAt = align(relocationsAt + this.imports.size() * ElfRecords.RELA_SIZE, DATA_ALIGNMENT);
        dynamicAt = align(readOnlyAt + readOnly.length, PAGE);
        slotsAt = dynamicAt + dynamicEntries(0).size() * ElfRecords.DYNAMIC_SIZE;
        writableAt = align(slotsAt + 8 * this.imports.size(), DATA_ALIGNMENT);
        codeAt = align(writableAt + writableBytes, PAGE);
    }

    /** Where the read-only data lies, a multiple of 64. */
    public long readOnlyAddress() {
        return readOnlyAt;
    }

    /** Where the writable data lies, a multiple of 64. */
    public long writableAddress() {
        return writableAt;
    }

    /** Where the code lies, page-aligned. */
    public long codeAddress() {
        return codeAt;
    }

    /** Where the address of an imported symbol stands when the code runs. */
    public long slotAddress(String name) {
        int index = imports.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("not imported: " + name);
        }
        return slotsAt + 8L * index;
    }

    /**
     * The file.
     *
     * @param code for {@link #codeAddress}
     * @param initializer the address in it that the loader calls once, with {@code argc, argv, envp} where it is glibc's
     */
    public byte[] write(byte[] code, long initializer) {
        List<ElfRecords.Section> sections = sections(code.length);
        Strings sectionNames = new Strings();
        sections.forEach(section -> sectionNames.add(section.name()));
        int namesAt = codeAt + code.length;
        sections.add(new ElfRecords.Section(
                ".shstrtab",
                ElfRecords.SHT_STRTAB,
                0,
                0,
                namesAt,
                sectionNames.sizeBytesWith(".shstrtab"),
                0,
                0,
                1,
                0));
        sectionNames.add(".shstrtab");
        int headersAt = align(namesAt + sectionNames.sizeBytes(), 8);
        ByteBuffer file = ByteBuffer.allocate(headersAt + sections.size() * ElfRecords.SECTION_SIZE)
                .order(ByteOrder.LITTLE_ENDIAN);
        ElfRecords.header(file, SEGMENTS, headersAt, sections.size());
        writeSegments(file, code.length);
        file.put(hashAt, symbols.hash());
        file.put(symbolsAt, symbols.table());
        file.put(stringsAt, names.bytes());
        file.position(relocationsAt);
        for (int i = 0; i < imports.size(); i++) {
            ElfRecords.globDat(file, slotsAt + 8L * i, i + 1);
        }
        file.put(readOnlyAt, readOnly);
        file.position(dynamicAt);
        for (long[] entry : dynamicEntries(initializer)) {
            file.putLong(entry[0]).putLong(entry[1]);
        }
        file.put(codeAt, code);
        file.put(namesAt, sectionNames.bytes());
        file.position(headersAt);
        for (ElfRecords.Section section : sections) {
            ElfRecords.section(file, section, sectionNames.offset(section.name()));
        }
        return file.array();
    }

    private void writeSegments(ByteBuffer file, int codeBytes) {
        ElfRecords.segment(file, PT_LOAD, PF_R, 0, readOnlyAt + (long) readOnly.length, PAGE);
        ElfRecords.segment(file, PT_LOAD, PF_R | PF_W, dynamicAt, (long) writableAt + writableBytes - dynamicAt, PAGE);
        ElfRecords.segment(file, PT_LOAD, PF_R | PF_X, codeAt, codeBytes, PAGE);
        ElfRecords.segment(file, PT_DYNAMIC, PF_R | PF_W, dynamicAt, (long) slotsAt - dynamicAt, 8);
        ElfRecords.segment(file, PT_GNU_STACK, PF_R | PF_W, 0, 0, 16);
    }

    private List<long[]> dynamicEntries(long initializer) {
        List<long[]> entries = new ArrayList<>();
        entries.add(new long[] {14, names.offset(soname)}); // DT_SONAME
        entries.add(new long[] {12, initializer}); // DT_INIT
        entries.add(new long[] {4, hashAt}); // DT_HASH
        entries.add(new long[] {5, stringsAt}); // DT_STRTAB
        entries.add(new long[] {6, symbolsAt}); // DT_SYMTAB
        entries.add(new long[] {10, names.sizeBytes()}); // DT_STRSZ
        entries.add(new long[] {11, ElfRecords.SYMBOL_SIZE}); // DT_SYMENT
        entries.add(new long[] {7, relocationsAt}); // DT_RELA
        entries.add(new long[] {8, (long) imports.size() * ElfRecords.RELA_SIZE}); // DT_RELASZ
        entries.add(new long[] {9, ElfRecords.RELA_SIZE}); // DT_RELAENT
        entries.add(new long[] {0x6FFFFFFBL, DF_1_INITFIRST | DF_1_NODELETE}); // DT_FLAGS_1
        entries.add(new long[] {0, 0}); // DT_NULL
        return entries;
    }

    private List<ElfRecords.Section> sections(int codeBytes) {
        List<ElfRecords.Section> sections = new ArrayList<>();
        int read = ElfRecords.SHF_ALLOC;
        int write = ElfRecords.SHF_ALLOC | ElfRecords.SHF_WRITE;
        sections.add(new ElfRecords.Section("", 0, 0, 0, 0, 0, 0, 0, 0, 0));
        add(sections, ".hash", ElfRecords.SHT_HASH, read, hashAt, symbols.hash().length, 2, 0, 8, 4);
        add(sections, ".dynsym", ElfRecords.SHT_DYNSYM, read, symbolsAt, symbols.table().length, 3, 1, 8, 24);
        add(sections, ".dynstr", ElfRecords.SHT_STRTAB, read, stringsAt, names.sizeBytes(), 0, 0, 1, 0);
        add(sections, ".rela.dyn", ElfRecords.SHT_RELA, read, relocationsAt, imports.size() * 24, 2, 0, 8, 24);
        add(sections, ".rodata", ElfRecords.SHT_PROGBITS, read, readOnlyAt, readOnly.length, 0, 0, DATA_ALIGNMENT, 0);
        add(sections, ".dynamic", ElfRecords.SHT_DYNAMIC, write, dynamicAt, slotsAt - dynamicAt, 3, 0, 8, 16);
        add(sections, ".got", ElfRecords.SHT_PROGBITS, write, slotsAt, 8 * imports.size(), 0, 0, 8, 8);
        add(sections, ".data", ElfRecords.SHT_PROGBITS, write, writableAt, writableBytes, 0, 0, DATA_ALIGNMENT, 0);
        int execute = ElfRecords.SHF_ALLOC | ElfRecords.SHF_EXECINSTR;
        add(sections, ".text", ElfRecords.SHT_PROGBITS, execute, codeAt, codeBytes, 0, 0, 16, 0);
        return sections;
    }

    private static void add(
            List<ElfRecords.Section> sections,
            String name,
            int type,
            int flags,
            int at,
            int sizeBytes,
            int link,
            int info,
            int alignment,
            int entryBytes) {
        sections.add(new ElfRecords.Section(name, type, flags, at, at, sizeBytes, link, info, alignment, entryBytes));
    }

    private static int align(int value, int boundary) {
        return Math.addExact(value, boundary - 1) & -boundary;
    }
}
