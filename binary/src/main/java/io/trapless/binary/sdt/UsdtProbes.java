package io.trapless.binary.sdt;

import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.elf.Note;
import io.trapless.binary.elf.Section;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Reads the SDT notes, version 3, of an image ({@code sys/sdt.h}; section .note.stapsdt, owner "stapsdt", type 3). */
public final class UsdtProbes {
    private static final String OWNER = "stapsdt";
    private static final int VERSION = 3;
    private static final int ADDRESS_SIZE = 8;

    private final ElfFile file;
    /** What prelink or another tool moved the image by since the notes were written: added to all their addresses. */
    private final @Nullable Section base;

    private @Nullable Map<String, OptionalLong> symbols;

    private UsdtProbes(ElfFile file) {
        this.file = file;
        this.base = file.section(".stapsdt.base");
    }

    /** All sites in the order of the notes. */
    public static List<UsdtProbe> read(ElfFile file) throws ElfException {
        UsdtProbes reader = new UsdtProbes(file);
        List<UsdtProbe> probes = new ArrayList<>();
        for (Note note : file.notes()) {
            if (note.type() == VERSION && note.owner().equals(OWNER)) {
                probes.add(reader.parse(note.description()));
            }
        }
        return List.copyOf(probes);
    }

    private UsdtProbe parse(ByteView note) throws ElfException {
        long address = note.s64(0);
        long noteBase = note.s64(ADDRESS_SIZE);
        long semaphore = note.s64(2 * ADDRESS_SIZE);
        long moved = base == null || noteBase == 0 ? 0 : base.address() - noteBase;
        long at = 3 * ADDRESS_SIZE;
        String provider = note.string(at);
        at += note.stringLength(at) + 1;
        String name = note.string(at);
        at += note.stringLength(at) + 1;
        String arguments = at < note.size() ? note.string(at) : "";
        return new UsdtProbe(
                provider,
                name,
                address + moved,
                semaphore == 0 ? 0 : semaphore + moved,
                UsdtArgumentParser.parse(arguments, this::addressOf));
    }

    private OptionalLong addressOf(String symbol) throws ElfException {
        Map<String, OptionalLong> known = symbols;
        if (known == null) {
            known = new HashMap<>();
            collect(file.dynamicSymbols(), known);
            collect(file.symbols(), known);
            symbols = known;
        }
        return known.getOrDefault(symbol, OptionalLong.empty());
    }

    /** A name that stands for two addresses (static variables of two files) means neither. */
    private static void collect(ElfSymbols table, Map<String, OptionalLong> known) throws ElfException {
        for (int i = 1; i < table.size(); i++) {
            if (table.type(i) > ElfSymbols.TYPE_FUNCTION || !table.isDefined(i)) {
                continue;
            }
            OptionalLong address = OptionalLong.of(table.value(i));
            OptionalLong before = known.putIfAbsent(table.name(i), address);
            if (before != null && !before.equals(address)) {
                known.put(table.name(i), OptionalLong.empty());
            }
        }
    }
}
