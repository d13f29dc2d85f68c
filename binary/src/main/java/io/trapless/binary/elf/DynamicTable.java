package io.trapless.binary.elf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The dynamic section: what the loader is told (gABI, "Dynamic Section"). Tags map to their first value; libraries asked for are kept in order.
 */
public final class DynamicTable {
    static final DynamicTable NONE = new DynamicTable(Map.of(), List.of(), null);

    private final Map<Long, Long> values;
    private final List<String> needed;
    private final @Nullable String soname;

    private DynamicTable(Map<Long, Long> values, List<String> needed, @Nullable String soname) {
        this.values = values;
        this.needed = needed;
        this.soname = soname;
    }

    static DynamicTable read(ElfFile file) throws ElfException {
        for (Segment segment : file.segments()) {
            if (segment.type() == ElfConstants.PT_DYNAMIC && segment.fileSizeBytes() > 0) {
                return parse(file, file.readFile(segment.offset(), segment.fileSizeBytes()));
            }
        }
        return NONE;
    }

    private static DynamicTable parse(ElfFile file, ByteView view) throws ElfException {
        Map<Long, Long> values = new HashMap<>();
        List<Long> neededOffsets = new ArrayList<>();
        for (int at = 0; at + ElfConstants.DYNAMIC_SIZE <= view.size(); at += ElfConstants.DYNAMIC_SIZE) {
            long tag = view.s64(at);
            if (tag == ElfConstants.DT_NULL) {
                break;
            }
            long value = view.s64(at + 8L);
            values.putIfAbsent(tag, value);
            if (tag == ElfConstants.DT_NEEDED) {
                neededOffsets.add(value);
            }
        }
        ByteView strings = strings(file, values);
        List<String> needed = new ArrayList<>();
        for (long offset : neededOffsets) {
            needed.add(strings.string(offset));
        }
        Long soname = values.get((long) ElfConstants.DT_SONAME);
        return new DynamicTable(
                Map.copyOf(values), List.copyOf(needed), soname == null ? null : strings.string(soname));
    }

    private static ByteView strings(ElfFile file, Map<Long, Long> values) throws ElfException {
        Long address = values.get((long) ElfConstants.DT_STRTAB);
        Long size = values.get((long) ElfConstants.DT_STRSZ);
        return address == null || size == null ? ByteView.EMPTY : file.readAt(address, size);
    }

    /** The value of a {@code DT_*} tag. */
    public OptionalLong value(long tag) {
        Long value = values.get(tag);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    public boolean isEmpty() {
        return values.isEmpty();
    }

    public List<String> needed() {
        return needed;
    }

    public @Nullable String soname() {
        return soname;
    }

    /** The dynamic string table. */
    ByteView strings(ElfFile file) throws ElfException {
        return strings(file, values);
    }

    /** The table whose address and size two tags give; empty if either is missing or the size is 0. */
    ByteView table(ElfFile file, int addressTag, int sizeTag) throws ElfException {
        OptionalLong address = value(addressTag);
        OptionalLong size = value(sizeTag);
        return address.isEmpty() || size.isEmpty() || size.getAsLong() == 0
                ? ByteView.EMPTY
                : file.readAt(address.getAsLong(), size.getAsLong());
    }
}
