package io.trapless.binary.elf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The frame description entries of .eh_frame (LSB, "Exception Frames"): where functions and their parts begin and end, and where their exception tables are. Works without
 * section headers through PT_GNU_EH_FRAME. Immutable.
 */
public final class EhFrame {
    private static final int EXTENDED_LENGTH = -1;

    private final List<Fde> entries;
    private final ElfFile file;

    private EhFrame(ElfFile file, List<Fde> entries) {
        this.file = file;
        this.entries = entries;
    }

    /**
     * One frame description entry.
     *
     * @param start the address of its first byte of code
     * @param end the address after its last
     * @param lsda the address of its exception table; 0: none
     * @param startsInFrame whether at its first byte the stack holds more than the return address on top: no function begins so, but a part of one does
     */
    public record Fde(long start, long end, long lsda, boolean startsInFrame) {}

    /**
     * A common information entry.
     *
     * @param inFrame what its own instructions say of the first byte
     */
    private record Cie(int pointerEncoding, int lsdaEncoding, boolean hasAugmentationSize, boolean inFrame) {}

    static EhFrame read(ElfFile file) throws ElfException {
        Section section = file.section(".eh_frame");
        if (section != null && !section.isNoBits()) {
            return new EhFrame(file, parse(file, file.read(section), section.address()));
        }
        for (Segment segment : file.segments()) {
            if (segment.type() == ElfConstants.PT_GNU_EH_FRAME && segment.fileSizeBytes() > 0) {
                long address = frameAddress(file, segment);
                return new EhFrame(file, parse(file, file.fromAddress(address), address));
            }
        }
        return new EhFrame(file, List.of());
    }

    /** .eh_frame_hdr: version 1, three encodings, then the encoded address of .eh_frame. */
    private static long frameAddress(ElfFile file, Segment header) throws ElfException {
        ByteView view = file.fromAddress(header.address());
        if (view.u8(0) != 1) {
            throw new ElfException(ElfError.MALFORMED, ".eh_frame_hdr version " + view.u8(0));
        }
        ByteCursor cursor = new ByteCursor(view, 4);
        return PointerEncoding.read(cursor, view.u8(1), header.address(), header.address(), file);
    }

    private static List<Fde> parse(ElfFile file, ByteView view, long address) throws ElfException {
        List<Fde> found = new ArrayList<>();
        Map<Long, Cie> cies = new HashMap<>();
        long at = 0;
        while (at + 4 <= view.size()) {
            long length = view.s32(at);
            if (length == 0) {
                break;
            }
            int lengthSize = 4;
            if (length == EXTENDED_LENGTH) {
                length = view.s64(at + 4);
                lengthSize = 12;
            }
            long body = at + lengthSize;
            if (length < 4 || length > view.size() - body) {
                throw new ElfException(ElfError.MALFORMED, ".eh_frame entry of " + length + " bytes");
            }
            long cieOffset = view.u32(body);
            if (cieOffset != 0) {
                Fde entry = parseFde(file, view, address, body, body + length, cie(view, body - cieOffset, cies));
                if (entry != null) {
                    found.add(entry);
                }
            }
            at = body + length;
        }
        found.sort(Comparator.comparingLong(Fde::start));
        return Collections.unmodifiableList(found);
    }

    private static Cie cie(ByteView view, long at, Map<Long, Cie> known) throws ElfException {
        Cie cie = known.get(at);
        if (cie == null) {
            cie = parseCie(view, at);
            known.put(at, cie);
        }
        return cie;
    }

    private static Cie parseCie(ByteView view, long at) throws ElfException {
        boolean extended = view.s32(at) == EXTENDED_LENGTH;
        ByteCursor cursor = new ByteCursor(view, extended ? at + 12 : at + 4);
        long end = extended ? at + 12 + view.s64(at + 4) : at + 4 + view.s32(at);
        if (cursor.s32() != 0) {
            throw new ElfException(ElfError.MALFORMED, ".eh_frame entry without its common part");
        }
        int version = cursor.u8();
        String augmentation = view.string(cursor.position());
        cursor.position(cursor.position() + view.stringLength(cursor.position()) + 1);
        if (version == 4) {
            cursor.u16();
        }
        cursor.uleb128();
        cursor.sleb128();
        if (version == 1) {
            cursor.u8();
        } else {
            cursor.uleb128();
        }
        if (!augmentation.startsWith("z")) {
            return new Cie(0, PointerEncoding.OMIT, false, false);
        }
        return parseAugmentation(cursor, augmentation, end);
    }

    private static Cie parseAugmentation(ByteCursor cursor, String augmentation, long end) throws ElfException {
        long size = cursor.uleb128();
        long instructions = cursor.position() + size;
        int pointerEncoding = 0;
        int lsdaEncoding = PointerEncoding.OMIT;
        for (int i = 1; i < augmentation.length(); i++) {
            switch (augmentation.charAt(i)) {
                case 'R' -> pointerEncoding = cursor.u8();
                case 'L' -> lsdaEncoding = cursor.u8();
                case 'P' -> PointerEncoding.readFormat(cursor, cursor.u8());
                case 'S', 'B' -> {}
                default -> throw new ElfException(ElfError.MALFORMED, ".eh_frame augmentation " + augmentation);
            }
        }
        cursor.position(instructions);
        return new Cie(pointerEncoding, lsdaEncoding, true, FirstFrameRow.isInFrame(cursor, end, false));
    }

    private static @Nullable Fde parseFde(ElfFile file, ByteView view, long address, long body, long bodyEnd, Cie cie)
            throws ElfException {
        ByteCursor cursor = new ByteCursor(view, body + 4);
        long start = PointerEncoding.read(cursor, cie.pointerEncoding, address, 0, file);
        long sizeBytes = PointerEncoding.readFormat(cursor, cie.pointerEncoding);
        if (sizeBytes <= 0 || start + sizeBytes < start) {
            // What a linker leaves of a function that it dropped.
            return null;
        }
        long lsda = 0;
        if (!cie.hasAugmentationSize) {
            return new Fde(start, start + sizeBytes, 0, false);
        }
        long augmentationSize = cursor.uleb128();
        long instructions = cursor.position() + augmentationSize;
        if (augmentationSize > 0 && cie.lsdaEncoding != PointerEncoding.OMIT) {
            lsda = PointerEncoding.read(cursor, cie.lsdaEncoding, address, 0, file);
        }
        cursor.position(instructions);
        return new Fde(start, start + sizeBytes, lsda, FirstFrameRow.isInFrame(cursor, bodyEnd, cie.inFrame));
    }

    /** All entries by start address. */
    public List<Fde> entries() {
        return entries;
    }

    /** The entry that covers an address; null if none does. */
    public @Nullable Fde covering(long address) {
        int low = 0;
        int high = entries.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).start() <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && address < entries.get(low - 1).end() ? entries.get(low - 1) : null;
    }

    /** Those of the function, or part of one, that covers an address. */
    long[] landingPads(long address) throws ElfException {
        Fde entry = covering(address);
        return entry == null || entry.lsda == 0 ? new long[0] : ExceptionTable.landingPads(file, entry);
    }

    /** The addresses to which exceptions return into code: sorted, each once. An exception table that cannot be read is an error: code addresses would be missing. */
    public long[] landingPads() throws ElfException {
        long[] pads = new long[256];
        int count = 0;
        for (Fde entry : entries) {
            if (entry.lsda != 0) {
                long[] some = ExceptionTable.landingPads(file, entry);
                if (count + some.length > pads.length) {
                    pads = Arrays.copyOf(pads, Math.max(pads.length * 2, count + some.length));
                }
                System.arraycopy(some, 0, pads, count, some.length);
                count += some.length;
            }
        }
        return Arrays.stream(pads, 0, count).sorted().distinct().toArray();
    }
}
