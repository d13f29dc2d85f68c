package io.trapless.binary.unwind;

import io.trapless.binary.elf.ByteCursor;
import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfError;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.PointerEncoding;
import io.trapless.binary.elf.Section;
import io.trapless.binary.elf.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The call frame information of one file. Addresses are the file's own. Reads the file's bytes when it is made and no more. Immutable. */
public final class FrameTable {
    private static final int EXTENDED_LENGTH = -1;
    private static final int PT_GNU_EH_FRAME = 0x6474E550;

    private final ElfFile file;
    private final ByteView bytes;
    private final long address;
    private final List<Fde> entries;

    /**
     * A common information entry.
     *
     * @param program offset of its instructions
     * @param end offset behind them
     */
    record Cie(
            long codeAlignment,
            long dataAlignment,
            int pointerEncoding,
            boolean augmented,
            boolean signalFrame,
            long program,
            long end) {}

    /** A frame description entry: the code that it is about, and where its instructions are. */
    record Fde(long start, long end, Cie cie, long program, long programEnd) {}

    private FrameTable(ElfFile file, ByteView bytes, long address) throws ElfException {
        this.file = file;
        this.bytes = bytes;
        this.address = address;
        this.entries = parse();
    }

    /** That of a file; without any entry if it has none. */
    public static FrameTable of(ElfFile file) throws ElfException {
        Section section = file.section(".eh_frame");
        if (section != null && !section.isNoBits()) {
            return new FrameTable(file, file.read(section), section.address());
        }
        for (Segment segment : file.segments()) {
            if (segment.type() == PT_GNU_EH_FRAME && segment.fileSizeBytes() > 0) {
                ByteView header = file.fromAddress(segment.address());
                long frames = PointerEncoding.read(
                        new ByteCursor(header, 4), header.u8(1), segment.address(), segment.address(), file);
                return new FrameTable(file, file.fromAddress(frames), frames);
            }
        }
        return new FrameTable(file, ByteView.EMPTY, 0);
    }

    ElfFile file() {
        return file;
    }

    ByteView bytes() {
        return bytes;
    }

    /** Of the first byte. */
    long address() {
        return address;
    }

    /** What holds at an instruction; null if nothing is said of it. */
    public @Nullable FrameRow rowAt(long codeAddress) throws ElfException {
        Fde entry = covering(codeAddress);
        return entry == null ? null : CfaProgram.rowAt(this, entry, codeAddress);
    }

    /** All rows of the description that begins at an address, in order. */
    List<FrameRow> rowsOf(Fde entry) throws ElfException {
        List<FrameRow> rows = new ArrayList<>();
        CfaProgram.run(this, entry, rows::add);
        return rows;
    }

    /** All descriptions by start address. */
    void forEach(Consumer<Fde> taker) {
        entries.forEach(taker);
    }

    private @Nullable Fde covering(long codeAddress) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).start() <= codeAddress) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && codeAddress < entries.get(low - 1).end() ? entries.get(low - 1) : null;
    }

    private List<Fde> parse() throws ElfException {
        List<Fde> found = new ArrayList<>();
        Map<Long, Cie> cies = new HashMap<>();
        long at = 0;
        while (at + 4 <= bytes.size()) {
            long length = bytes.s32(at);
            if (length == 0) {
                break;
            }
            long body = at + 4;
            if (length == EXTENDED_LENGTH) {
                length = bytes.s64(at + 4);
                body = at + 12;
            }
            if (length < 4 || length > bytes.size() - body) {
                throw new ElfException(ElfError.MALFORMED, ".eh_frame entry of " + length + " bytes");
            }
            long cieOffset = bytes.u32(body);
            if (cieOffset != 0) {
                Fde entry = fde(body, body + length, cie(body - cieOffset, cies));
                if (entry != null) {
                    found.add(entry);
                }
            }
            at = body + length;
        }
        found.sort(Comparator.comparingLong(Fde::start));
        return List.copyOf(found);
    }

    private Cie cie(long at, Map<Long, Cie> known) throws ElfException {
        Cie cie = known.get(at);
        if (cie == null) {
            cie = cie(at);
            known.put(at, cie);
        }
        return cie;
    }

    private Cie cie(long at) throws ElfException {
        boolean extended = bytes.s32(at) == EXTENDED_LENGTH;
        long body = extended ? at + 12 : at + 4;
        long end = body + (extended ? bytes.s64(at + 4) : bytes.s32(at));
        ByteCursor cursor = new ByteCursor(bytes, body);
        if (cursor.s32() != 0) {
            throw new ElfException(ElfError.MALFORMED, ".eh_frame entry without its common part");
        }
        int version = cursor.u8();
        String augmentation = bytes.string(cursor.position());
        cursor.position(cursor.position() + bytes.stringLength(cursor.position()) + 1);
        if (version == 4) {
            cursor.u16();
        }
        long codeAlignment = cursor.uleb128();
        long dataAlignment = cursor.sleb128();
        long returnAddress = version == 1 ? cursor.u8() : cursor.uleb128();
        if (returnAddress != FrameRow.RETURN_ADDRESS) {
            throw new ElfException(ElfError.MALFORMED, ".eh_frame return address in column " + returnAddress);
        }
        int pointerEncoding = 0;
        boolean signalFrame = false;
        boolean augmented = augmentation.startsWith("z");
        if (augmented) {
            long size = cursor.uleb128();
            long program = cursor.position() + size;
            for (int i = 1; i < augmentation.length(); i++) {
                switch (augmentation.charAt(i)) {
                    case 'R' -> pointerEncoding = cursor.u8();
                    case 'L' -> cursor.u8();
                    case 'P' -> PointerEncoding.readFormat(cursor, cursor.u8());
                    case 'S' -> signalFrame = true;
                    case 'B' -> {}
                    default -> throw new ElfException(ElfError.MALFORMED, ".eh_frame augmentation " + augmentation);
                }
            }
            cursor.position(program);
        }
        return new Cie(codeAlignment, dataAlignment, pointerEncoding, augmented, signalFrame, cursor.position(), end);
    }

    /** Null for what a linker leaves of a function that it dropped. */
    private @Nullable Fde fde(long body, long end, Cie cie) throws ElfException {
        ByteCursor cursor = new ByteCursor(bytes, body + 4);
        long start = PointerEncoding.read(cursor, cie.pointerEncoding(), address, 0, file);
        long size = PointerEncoding.readFormat(cursor, cie.pointerEncoding());
        if (size <= 0 || start + size < start) {
            return null;
        }
        if (cie.augmented()) {
            long skip = cursor.uleb128();
            cursor.position(cursor.position() + skip);
        }
        return new Fde(start, start + size, cie, cursor.position(), end);
    }
}
