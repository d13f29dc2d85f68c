package io.trapless.binary.elf;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Versions of defined dynamic symbols: DT_VERSYM and DT_VERDEF (LSB, "Symbol Versioning"). Immutable. */
final class SymbolVersions {
    static final SymbolVersions NONE = new SymbolVersions(ByteView.EMPTY, Map.of());

    private static final int HIDDEN = 0x8000;
    /** 0 is local, 1 is global without a version. */
    private static final int FIRST_VERSION = 2;

    private final ByteView indexes;
    private final Map<Integer, String> names;

    private SymbolVersions(ByteView indexes, Map<Integer, String> names) {
        this.indexes = indexes;
        this.names = names;
    }

    static SymbolVersions read(ElfFile file) throws ElfException {
        DynamicTable dynamic = file.dynamic();
        OptionalLong versym = dynamic.value(ElfConstants.DT_VERSYM);
        OptionalLong verdef = dynamic.value(ElfConstants.DT_VERDEF);
        if (versym.isEmpty() || verdef.isEmpty()) {
            return NONE;
        }
        Map<Integer, String> names = new HashMap<>();
        ByteView definitions = file.fromAddress(verdef.getAsLong());
        ByteView strings = dynamic.strings(file);
        long count = Math.min(dynamic.value(ElfConstants.DT_VERDEFNUM).orElse(0), 0x7FFF);
        long at = 0;
        for (long i = 0; i < count; i++) {
            int index = definitions.u16(at + 4);
            long auxiliary = at + definitions.u32(at + 12);
            names.put(index & ~HIDDEN, strings.string(definitions.u32(auxiliary)));
            long next = definitions.u32(at + 16);
            if (next == 0) {
                break;
            }
            at += next;
        }
        return new SymbolVersions(file.fromAddress(versym.getAsLong()), Map.copyOf(names));
    }

    @Nullable String name(int symbolIndex) throws ElfException {
        if (names.isEmpty()) {
            return null;
        }
        int version = indexes.u16(2L * symbolIndex) & ~HIDDEN;
        return version < FIRST_VERSION ? null : names.get(version);
    }

    boolean isHidden(int symbolIndex) throws ElfException {
        return !names.isEmpty() && (indexes.u16(2L * symbolIndex) & HIDDEN) != 0;
    }
}
