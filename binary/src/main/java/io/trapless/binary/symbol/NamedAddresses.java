package io.trapless.binary.symbol;

import io.trapless.binary.elf.DebugFiles;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a file defines at an address, data and functions, by name. Immutable. */
public final class NamedAddresses {
    private final Map<String, NamedAddress> byName;

    /**
     * @param address the file's own
     * @param sizeBytes as the table says; 0 if it does not know
     */
    public record NamedAddress(long address, long sizeBytes) {}

    private NamedAddresses(Map<String, NamedAddress> byName) {
        this.byName = byName;
    }

    /**
     * All names of the full table, then of the dynamic one; without a full one, those of the separate debug file.
     *
     * @param root the directory that the target sees as {@code /}
     * @param imagePath where the target sees the file, absolute
     */
    public static NamedAddresses withDebugFiles(ElfFile image, Path root, Path imagePath) throws ElfException {
        Map<String, NamedAddress> names = new HashMap<>();
        collect(image.symbols(), names);
        collect(image.dynamicSymbols(), names);
        if (image.symbols().size() == 0) {
            ElfFile separate = DebugFiles.separate(image, root, imagePath);
            if (separate != null) {
                try (separate) {
                    collect(separate.symbols(), names);
                }
            }
        }
        return new NamedAddresses(Map.copyOf(names));
    }

    private static void collect(ElfSymbols table, Map<String, NamedAddress> names) throws ElfException {
        for (int i = 1; i < table.size(); i++) {
            int type = table.type(i);
            boolean addressed = type <= ElfSymbols.TYPE_FUNCTION || type == ElfSymbols.TYPE_GNU_IFUNC;
            if (addressed
                    && table.isDefined(i)
                    && !table.isAbsolute(i)
                    && !table.name(i).isEmpty()) {
                NamedAddress found = new NamedAddress(table.value(i), table.sizeBytes(i));
                // Names may be versioned or, of two source files, the same: a size tells more than none, else the first
                // counts.
                NamedAddress before = names.putIfAbsent(table.name(i), found);
                if (before != null && before.sizeBytes() == 0 && before.address() == found.address()) {
                    names.put(table.name(i), found);
                }
            }
        }
    }

    /** What has this name, or null. */
    public @Nullable NamedAddress of(String name) {
        return byName.get(name);
    }
}
