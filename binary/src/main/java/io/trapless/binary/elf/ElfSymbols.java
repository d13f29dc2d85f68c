package io.trapless.binary.elf;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One symbol table (gABI, "Symbol Table") with its strings and, for a dynamic one, its versions. Entries are read in place: nothing is copied or decoded until
 * asked. Immutable.
 */
public final class ElfSymbols {
    public static final ElfSymbols NONE = new ElfSymbols(ByteView.EMPTY, ByteView.EMPTY, SymbolVersions.NONE);

    public static final int TYPE_NOTYPE = 0;
    public static final int TYPE_OBJECT = 1;
    public static final int TYPE_FUNCTION = 2;
    public static final int TYPE_TLS = 6;
    public static final int TYPE_GNU_IFUNC = 10;
    public static final int BINDING_LOCAL = 0;
    public static final int BINDING_GLOBAL = 1;
    public static final int BINDING_WEAK = 2;

    private final ByteView entries;
    private final ByteView strings;
    private final SymbolVersions versions;

    private ElfSymbols(ByteView entries, ByteView strings, SymbolVersions versions) {
        this.entries = entries;
        this.strings = strings;
        this.versions = versions;
    }

    static ElfSymbols full(ElfFile file) throws ElfException {
        Section table = file.sectionOfType(ElfConstants.SHT_SYMTAB);
        return table == null ? NONE : fromSection(file, table, SymbolVersions.NONE);
    }

    static ElfSymbols dynamic(ElfFile file) throws ElfException {
        Section table = file.sectionOfType(ElfConstants.SHT_DYNSYM);
        if (table != null && !table.isNoBits()) {
            return fromSection(file, table, SymbolVersions.read(file));
        }
        OptionalLong address = file.dynamic().value(ElfConstants.DT_SYMTAB);
        if (address.isEmpty()) {
            return NONE;
        }
        long count = DynamicSymbolCount.of(file, address.getAsLong());
        ByteView entries = file.readAt(
                address.getAsLong(),
                Math.multiplyHigh(count, ElfConstants.SYMBOL_SIZE) == 0
                        ? count * ElfConstants.SYMBOL_SIZE
                        : Long.MAX_VALUE);
        return new ElfSymbols(entries, file.dynamic().strings(file), SymbolVersions.read(file));
    }

    private static ElfSymbols fromSection(ElfFile file, Section table, SymbolVersions versions) throws ElfException {
        if (table.link() <= 0 || table.link() >= file.sections().size()) {
            throw new ElfException(ElfError.MALFORMED, table.name() + " has no string table");
        }
        Section strings = file.sections().get(table.link());
        return new ElfSymbols(file.read(table), file.read(strings), versions);
    }

    public int size() {
        return entries.size() / ElfConstants.SYMBOL_SIZE;
    }

    /** The name; empty for a symbol without one. */
    public String name(int index) throws ElfException {
        long offset = entries.u32(at(index));
        return offset == 0 ? "" : strings.string(offset);
    }

    /** {@code STT_*}. */
    public int type(int index) throws ElfException {
        return entries.u8(at(index) + 4) & 0xF;
    }

    /** {@code STB_*}. */
    public int binding(int index) throws ElfException {
        return entries.u8(at(index) + 4) >>> 4;
    }

    /** {@code SHN_*} or the index of a section. */
    public int sectionIndex(int index) throws ElfException {
        return entries.u16(at(index) + 6);
    }

    /** Whether this file defines it (it is neither undefined nor common). */
    public boolean isDefined(int index) throws ElfException {
        int section = sectionIndex(index);
        return section != ElfConstants.SHN_UNDEF
                && (section < ElfConstants.SHN_LORESERVE
                        || section == ElfConstants.SHN_ABS
                        || section == ElfConstants.SHN_XINDEX);
    }

    /** Whether its value is a number, not an address of this file. */
    public boolean isAbsolute(int index) throws ElfException {
        return sectionIndex(index) == ElfConstants.SHN_ABS;
    }

    public long value(int index) throws ElfException {
        return entries.s64(at(index) + 8);
    }

    public long sizeBytes(int index) throws ElfException {
        return entries.s64(at(index) + 16);
    }

    /** The version's name ("GLIBC_2.34"); null if it has none. */
    public @Nullable String version(int index) throws ElfException {
        return versions.name(index);
    }

    /** Whether a reference without a version binds to it ({@code name@@VERSION}). */
    public boolean isDefaultVersion(int index) throws ElfException {
        return !versions.isHidden(index);
    }

    private static long at(int index) {
        return (long) index * ElfConstants.SYMBOL_SIZE;
    }
}
