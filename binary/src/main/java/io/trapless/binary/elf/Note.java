package io.trapless.binary.elf;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One entry of a note section or segment (gABI, "Note Section"): owner name, type, and the description's bytes. */
public record Note(String owner, int type, ByteView description) {

    /** Notes of all note sections; of the note segments when there are no section headers (SDT notes are not loaded, so no segment has them). */
    static List<Note> readAll(ElfFile file) throws ElfException {
        List<Note> notes = new ArrayList<>();
        if (file.sections().isEmpty()) {
            for (Segment segment : file.segments()) {
                if (segment.type() == ElfConstants.PT_NOTE) {
                    parse(file.readFile(segment.offset(), segment.fileSizeBytes()), notes);
                }
            }
        }
        for (Section section : file.sections()) {
            if (section.type() == ElfConstants.SHT_NOTE) {
                parse(file.read(section), notes);
            }
        }
        return List.copyOf(notes);
    }

    private static void parse(ByteView view, List<Note> notes) throws ElfException {
        long at = 0;
        while (at + 12 <= view.size()) {
            long nameSize = view.u32(at);
            long descriptionSize = view.u32(at + 4);
            int type = view.s32(at + 8);
            long descriptionAt = at + 12 + align4(nameSize);
            ByteView name = view.slice(at + 12, nameSize);
            notes.add(new Note(ownerOf(name), type, view.slice(descriptionAt, descriptionSize)));
            // Padding after the last description may be missing.
            at = descriptionAt + align4(descriptionSize);
        }
    }

    private static String ownerOf(ByteView name) throws ElfException {
        int length = 0;
        while (length < name.size() && name.u8(length) != 0) {
            length++;
        }
        StringBuilder owner = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            owner.append((char) name.u8(i));
        }
        return owner.toString();
    }

    static @Nullable String buildId(List<Note> notes) {
        for (Note note : notes) {
            if (note.type == ElfConstants.NT_GNU_BUILD_ID && note.owner.equals("GNU")) {
                return HexFormat.of().formatHex(note.description.toByteArray());
            }
        }
        return null;
    }

    private static long align4(long size) {
        return (size + 3) & ~3L;
    }
}
