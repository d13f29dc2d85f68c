package io.trapless.binary.elf;

import java.io.Closeable;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * An ELF-64 program or shared library for x86-64 (System V gABI, x86-64 psABI). Headers are read and checked when it is opened; the rest is read when it is asked
 * for and kept. All addresses are the file's own virtual addresses: a process adds its load bias.
 *
 * <p>Every method that reads may throw {@link ElfException} and nothing else, whatever the file holds. One thread at a time; what it hands out is
 * immutable and outlives {@link #close()}.
 */
public final class ElfFile implements Closeable {
    /** So little is read by itself, rather than a segment for it. */
    private static final int SMALL_BYTES = 1 << 18;

    private final ByteSource source;
    private final @Nullable Path path;
    private final ElfHeader header;
    private final List<Segment> segments;
    private final List<Section> sections;
    private final ByteView[] segmentBytes;

    private @Nullable DynamicTable dynamic;
    private @Nullable List<Note> notes;
    private @Nullable Relocations relocations;
    private @Nullable EhFrame ehFrame;

    private ElfFile(ByteSource source, @Nullable Path path, boolean image) throws ElfException {
        this.source = source;
        this.path = path;
        this.header = ElfHeader.read(source);
        this.segments = HeaderTables.readSegments(source, header, image);
        this.sections = HeaderTables.readSections(source, header);
        this.segmentBytes = new ByteView[segments.size()];
    }

    /** Opens a program or library; close it when its parts have been read. */
    public static ElfFile open(Path path) throws ElfException {
        return open(path, true);
    }

    /**
     * Opens a separate debug file: its loaded sections hold no bytes and its segments may point beyond its end, only symbols and debug sections are of use.
     */
    public static ElfFile openDebugFile(Path path) throws ElfException {
        return open(path, false);
    }

    private static ElfFile open(Path path, boolean image) throws ElfException {
        ByteSource source = ByteSource.of(path);
        try {
            return new ElfFile(source, path, image);
        } catch (ElfException e) {
            source.close();
            throw e;
        }
    }

    /** Reads an image from memory; the array is not copied and must not change. */
    public static ElfFile parse(byte[] bytes) throws ElfException {
        return new ElfFile(ByteSource.of(bytes), null, true);
    }

    /** Reads an image from the rest of a buffer, which is copied. */
    public static ElfFile parse(ByteBuffer buffer) throws ElfException {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return parse(bytes);
    }

    static ElfFile parseDebugFile(byte[] bytes) throws ElfException {
        return new ElfFile(ByteSource.of(bytes), null, false);
    }

    @Override
    public void close() {
        source.close();
    }

    /** The path it was opened by; null if it was parsed from memory. */
    public @Nullable Path path() {
        return path;
    }

    /** Whether it may be loaded at any address (ET_DYN: libraries and position-independent programs). */
    public boolean isPositionIndependent() {
        return header.type() == ElfConstants.TYPE_DYN;
    }

    public long entryAddress() {
        return header.entryAddress();
    }

    public long fileSizeBytes() {
        return source.sizeBytes();
    }

    public List<Segment> segments() {
        return segments;
    }

    /** Empty when the section headers were stripped. */
    public List<Section> sections() {
        return sections;
    }

    public @Nullable Section section(String name) {
        for (Section section : sections) {
            if (section.name().equals(name)) {
                return section;
            }
        }
        return null;
    }

    @Nullable Section sectionOfType(int type) {
        for (Section section : sections) {
            if (section.type() == type) {
                return section;
            }
        }
        return null;
    }

    /** The bytes of a section; none for one that takes no room in the file. */
    public ByteView read(Section section) throws ElfException {
        return section.isNoBits() ? ByteView.EMPTY : source.read(section.offset(), section.sizeBytes());
    }

    /** The bytes that the file loads at {@code [address, address + sizeBytes)}, which must lie in one segment. */
    public ByteView readAt(long address, long sizeBytes) throws ElfException {
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            long from = address - segment.address();
            if (segment.isLoaded()
                    && segment.containsInFile(address)
                    && segmentBytes[i] == null
                    && sizeBytes >= 0
                    && sizeBytes <= Math.min(SMALL_BYTES, segment.fileSizeBytes() - from)) {
                return source.read(segment.offset() + from, sizeBytes);
            }
        }
        return fromAddress(address).slice(0, sizeBytes);
    }

    /** The bytes that the file loads from {@code address} to the end of its segment's part in the file. */
    public ByteView fromAddress(long address) throws ElfException {
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (segment.isLoaded() && segment.containsInFile(address)) {
                long from = address - segment.address();
                return segmentBytes(i).slice(from, segment.fileSizeBytes() - from);
            }
        }
        throw new ElfException(ElfError.MALFORMED, "nothing is loaded at 0x" + Long.toHexString(address));
    }

    private ByteView segmentBytes(int index) throws ElfException {
        ByteView bytes = segmentBytes[index];
        if (bytes == null) {
            Segment segment = segments.get(index);
            bytes = source.read(segment.offset(), segment.fileSizeBytes());
            segmentBytes[index] = bytes;
        }
        return bytes;
    }

    ByteView readFile(long offset, long sizeBytes) throws ElfException {
        return source.read(offset, sizeBytes);
    }

    /** Where the byte at an address stands in the file; empty for zero fill and addresses that are not loaded. */
    public OptionalLong fileOffset(long address) {
        for (Segment segment : segments) {
            if (segment.isLoaded() && segment.containsInFile(address)) {
                return OptionalLong.of(address - segment.address() + segment.offset());
            }
        }
        return OptionalLong.empty();
    }

    /** The address at which a byte of the file is loaded. */
    public OptionalLong addressOfFileOffset(long offset) {
        for (Segment segment : segments) {
            if (segment.isLoaded()
                    && offset >= segment.offset()
                    && offset - segment.offset() < segment.fileSizeBytes()) {
                return OptionalLong.of(offset - segment.offset() + segment.address());
            }
        }
        return OptionalLong.empty();
    }

    /** Whether an address lies in an executable segment, in bytes that come from the file. */
    public boolean isCode(long address) {
        for (Segment segment : segments) {
            if (segment.isLoaded() && segment.isExecutable() && segment.containsInFile(address)) {
                return true;
            }
        }
        return false;
    }

    /** The dynamic section; empty for a static program. */
    public DynamicTable dynamic() throws ElfException {
        DynamicTable table = dynamic;
        if (table == null) {
            table = DynamicTable.read(this);
            dynamic = table;
        }
        return table;
    }

    public @Nullable String soname() throws ElfException {
        return dynamic().soname();
    }

    /** Names of the libraries it asks for (DT_NEEDED), in order. */
    public List<String> needed() throws ElfException {
        return dynamic().needed();
    }

    /** The program interpreter's path; null for libraries and static programs. */
    public @Nullable String interpreter() throws ElfException {
        for (Segment segment : segments) {
            if (segment.type() == ElfConstants.PT_INTERP) {
                return source.read(segment.offset(), segment.fileSizeBytes()).string(0);
            }
        }
        return null;
    }

    public List<Note> notes() throws ElfException {
        List<Note> all = notes;
        if (all == null) {
            all = Note.readAll(this);
            notes = all;
        }
        return all;
    }

    /** The GNU build id in lower-case hexadecimal; null if it has none. */
    public @Nullable String buildId() throws ElfException {
        return Note.buildId(notes());
    }

    /** The full symbol table; empty when it was stripped. */
    public ElfSymbols symbols() throws ElfException {
        return ElfSymbols.full(this);
    }

    /** The dynamic symbol table, found through the dynamic section where section headers were stripped. */
    public ElfSymbols dynamicSymbols() throws ElfException {
        return ElfSymbols.dynamic(this);
    }

    /** The relocations that the loader applies (in a static program: those that its start code applies). */
    public Relocations relocations() throws ElfException {
        Relocations all = relocations;
        if (all == null) {
            all = Relocations.read(this);
            relocations = all;
        }
        return all;
    }

    /** The 8-byte word at an address as it stands after relocation, before the load bias; a word that needs another module's symbol is 0. */
    public long pointerAt(long address) throws ElfException {
        OptionalLong relocated = relocations().targetOfSlot(address);
        return relocated.isPresent()
                ? relocated.getAsLong()
                : fromAddress(address).s64(0);
    }

    /** Function ranges and exception tables of .eh_frame; empty if there is none. */
    public EhFrame ehFrame() throws ElfException {
        EhFrame frame = ehFrame;
        if (frame == null) {
            frame = EhFrame.read(this);
            ehFrame = frame;
        }
        return frame;
    }

    /** The stubs through which other modules' functions are called. */
    public List<PltEntry> pltEntries() throws ElfException {
        return PltEntry.readAll(this);
    }

    /** The program's own restartable sequences ({@code __rseq_cs} section); needs section headers. */
    public List<RseqCriticalSection> rseqCriticalSections() throws ElfException {
        return RseqCriticalSection.readAll(this);
    }
}
