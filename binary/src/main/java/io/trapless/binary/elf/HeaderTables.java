package io.trapless.binary.elf;

import java.util.ArrayList;
import java.util.List;

/** Reads the program header table and the section header table, with the escapes for large counts (gABI, "ELF Header"). */
final class HeaderTables {
    /** More headers than any linker writes; a count beyond it is a damaged file. */
    private static final long MAX_HEADERS = 1 << 17;

    private static final int ESCAPED_SEGMENT_COUNT = 0xFFFF;

    private HeaderTables() {}

    /**
     * @param image whether loaded segments must lie within the file, as they do in all but separate debug files
     */
    static List<Segment> readSegments(ByteSource source, ElfHeader header, boolean image) throws ElfException {
        long count = header.programHeaderCount();
        if (count == ESCAPED_SEGMENT_COUNT && header.sectionHeaderOffset() != 0) {
            count = source.read(header.sectionHeaderOffset(), ElfConstants.SECTION_HEADER_SIZE)
                    .u32(44);
        }
        if (count == 0) {
            return List.of();
        }
        int stride = header.programHeaderSize();
        checkTable("program", count, stride, ElfConstants.PROGRAM_HEADER_SIZE);
        ByteView table = source.read(header.programHeaderOffset(), count * stride);
        List<Segment> segments = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            segments.add(readSegment(table.slice((long) i * stride, stride), source.sizeBytes(), image));
        }
        return List.copyOf(segments);
    }

    private static Segment readSegment(ByteView view, long sourceSizeBytes, boolean image) throws ElfException {
        Segment segment = new Segment(view.s32(0), view.s32(4), view.s64(8), view.s64(16), view.s64(32), view.s64(40));
        if (segment.isLoaded()) {
            long address = segment.address();
            if (segment.memorySizeBytes() < 0
                    || segment.fileSizeBytes() < 0
                    || address < 0
                    || address + segment.memorySizeBytes() < address) {
                throw new ElfException(ElfError.MALFORMED, "segment wraps around the address space");
            }
            if (segment.fileSizeBytes() > segment.memorySizeBytes()) {
                throw new ElfException(ElfError.MALFORMED, "segment larger in the file than in memory");
            }
            boolean inside = segment.offset() >= 0
                    && segment.offset() <= sourceSizeBytes
                    && segment.fileSizeBytes() <= sourceSizeBytes - segment.offset();
            if (image && !inside) {
                throw new ElfException(ElfError.TRUNCATED, "a segment ends beyond the file");
            }
        }
        return segment;
    }

    static List<Section> readSections(ByteSource source, ElfHeader header) throws ElfException {
        if (header.sectionHeaderOffset() == 0) {
            return List.of();
        }
        int stride = header.sectionHeaderSize();
        long count = header.sectionHeaderCount();
        long namesIndex = header.sectionNamesIndex();
        if (count == 0 || namesIndex == ElfConstants.SHN_XINDEX) {
            ByteView first = source.read(header.sectionHeaderOffset(), ElfConstants.SECTION_HEADER_SIZE);
            count = count == 0 ? first.s64(32) : count;
            namesIndex = namesIndex == ElfConstants.SHN_XINDEX ? first.u32(40) : namesIndex;
        }
        if (count == 0) {
            return List.of();
        }
        checkTable("section", count, stride, ElfConstants.SECTION_HEADER_SIZE);
        ByteView table = source.read(header.sectionHeaderOffset(), count * stride);
        ByteView names = readNames(source, table, namesIndex, stride);
        List<Section> sections = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            sections.add(readSection(i, table.slice((long) i * stride, stride), names));
        }
        return List.copyOf(sections);
    }

    private static ByteView readNames(ByteSource source, ByteView table, long index, int stride) throws ElfException {
        if (index == ElfConstants.SHN_UNDEF) {
            return ByteView.EMPTY;
        }
        ByteView header = table.slice(index * stride, stride);
        return source.read(header.s64(24), header.s64(32));
    }

    private static Section readSection(int index, ByteView view, ByteView names) throws ElfException {
        long nameOffset = view.u32(0);
        String name = names.size() == 0 ? "" : names.string(nameOffset);
        return new Section(
                index,
                name,
                view.s32(4),
                view.s64(8),
                view.s64(16),
                view.s64(24),
                view.s64(32),
                view.s32(40),
                view.s32(44),
                view.s64(56));
    }

    private static void checkTable(String what, long count, int stride, int minimumStride) throws ElfException {
        if (count < 0 || count > MAX_HEADERS || stride < minimumStride) {
            throw new ElfException(ElfError.MALFORMED, count + " " + what + " headers of " + stride + " bytes");
        }
    }
}
