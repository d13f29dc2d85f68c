package io.trapless.tracer.debuginfo;

import io.trapless.binary.dwarf.DwarfFile;
import io.trapless.binary.dwarf.DwarfType;
import io.trapless.binary.dwarf.DwarfType.Member;
import io.trapless.language.types.BitField;
import io.trapless.language.types.EnumDefinition;
import io.trapless.language.types.StructField;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The language's types for those of one file. Structures that have the same name and the same members are one type, in whatever unit they were defined. A type that the language does not have is an array of its bytes. One thread at a
 * time.
 */
final class LanguageTypes {
    /** Larger than anything that can be read. */
    private static final int MAX_BYTES = 1 << 28;

    private final DwarfFile file;
    private final Map<DwarfType.Handle, StructLayout> byEntry = new HashMap<>();
    private final Map<Shape, StructLayout> byShape = new HashMap<>();

    private record Shape(String name, long sizeBytes, List<MemberShape> members) {}

    private record MemberShape(String name, String type, long offsetBytes, int bitShift, int bitWidth) {}

    LanguageTypes(DwarfFile file) {
        this.file = file;
    }

    Type of(DwarfType type) {
        return switch (type) {
            case DwarfType.Int i when i.sizeBytes() <= 8 -> new Type.Int((int) i.sizeBytes(), i.signed());
            case DwarfType.Int _ -> new Type.Array(Types.UINT64, 2);
            case DwarfType.Bool b -> b.sizeBytes() == 1 ? Types.BOOL : unsigned(b.sizeBytes());
            case DwarfType.Floating f
            when f.sizeBytes() == 4 || f.sizeBytes() == 8 -> new Type.Floating((int) f.sizeBytes());
            case DwarfType.Floating f -> bytes(f.sizeBytes());
            case DwarfType.Pointer p -> new Type.Pointer(pointed(p.target()));
            case DwarfType.Array a -> array(a);
            case DwarfType.Struct s -> new Type.Struct(layout(s));
            case DwarfType.Enumeration e -> enumeration(e);
            case DwarfType.Opaque o -> o.sizeBytes() == 0 ? new Type.Nothing() : bytes(o.sizeBytes());
        };
    }

    private Type pointed(DwarfType target) {
        return target instanceof DwarfType.Opaque o && o.sizeBytes() == 0 ? new Type.Nothing() : of(target);
    }

    private static Type unsigned(long sizeBytes) {
        return sizeBytes == 2 || sizeBytes == 4 || sizeBytes == 8
                ? new Type.Int((int) sizeBytes, false)
                : bytes(sizeBytes);
    }

    private static Type bytes(long sizeBytes) {
        return new Type.Array(Types.UINT8, Math.clamp(sizeBytes, 0, MAX_BYTES));
    }

    /** An array of characters is a string, as bpftrace takes it. */
    private Type array(DwarfType.Array array) {
        if (array.sizeBytes() > MAX_BYTES || array.length() > MAX_BYTES) {
            return new Type.Array(of(array.element()), 0);
        }
        boolean text = array.plain()
                && array.element() instanceof DwarfType.Int element
                && element.character()
                && element.sizeBytes() == 1;
        return text && array.length() > 0
                ? new Type.Str((int) array.length())
                : new Type.Array(of(array.element()), (int) array.length());
    }

    Type.Enumeration enumeration(DwarfType.Enumeration e) {
        List<EnumDefinition.Enumerator> enumerators = e.enumerators().stream()
                .map(one -> new EnumDefinition.Enumerator(one.name(), one.value()))
                .toList();
        int size = (int) e.sizeBytes();
        boolean known = size == 1 || size == 2 || size == 4 || size == 8;
        return new Type.Enumeration(new EnumDefinition(e.text(), enumerators), known ? size : 4, e.signed());
    }

    private StructLayout layout(DwarfType.Struct struct) {
        StructLayout known = byEntry.get(struct.handle());
        if (known == null) {
            List<Member> members = struct.complete() ? file.members(struct) : List.of();
            Shape shape = new Shape(
                    struct.text(),
                    struct.sizeBytes(),
                    members.stream()
                            .map(m -> new MemberShape(
                                    m.name(), m.type().text(), m.offsetBytes(), m.bitShift(), m.bitWidth()))
                            .toList());
            known = byShape.computeIfAbsent(shape, _ -> make(struct, members));
            byEntry.put(struct.handle(), known);
        }
        return known;
    }

    private StructLayout make(DwarfType.Struct struct, List<Member> members) {
        if (!struct.complete() || struct.sizeBytes() > MAX_BYTES) {
            return new StructLayout(struct.text(), struct.union());
        }
        return StructLayout.onDemand(
                struct.text(), struct.union(), layout -> complete(layout, members, (int) struct.sizeBytes()));
    }

    private void complete(StructLayout layout, List<Member> members, int sizeBytes) {
        List<StructField> fields = new ArrayList<>();
        int align = 1;
        for (Member member : members) {
            if (member.offsetBytes() < 0 || member.offsetBytes() > sizeBytes) {
                continue;
            }
            Type type = of(member.type());
            int own = type.alignBytes();
            align = member.offsetBytes() % own == 0 ? Math.max(align, own) : align;
            fields.add(
                    member.bitWidth() == 0
                            ? new StructField(member.name(), type, (int) member.offsetBytes(), null)
                            : bits(member, type, sizeBytes));
        }
        layout.complete(fields, sizeBytes, sizeBytes % align == 0 ? align : 1);
    }

    /** A bit field is read by a word of 1, 2, 4 or 8 bytes that lies in the structure, if there is one. */
    private static StructField bits(Member member, Type type, int sizeBytes) {
        for (int read = 1; read <= 8; read *= 2) {
            int first = (int) member.offsetBytes() / read * read;
            int shift = (int) (member.offsetBytes() - first) * 8 + member.bitShift();
            if (shift + member.bitWidth() <= 8 * read && first + read <= sizeBytes) {
                return new StructField(member.name(), type, first, new BitField(read, shift, member.bitWidth()));
            }
        }
        int bytes = Math.min(8, (member.bitShift() + member.bitWidth() + 7) / 8);
        int width = Math.min(member.bitWidth(), Long.SIZE - member.bitShift());
        return new StructField(
                member.name(), type, (int) member.offsetBytes(), new BitField(bytes, member.bitShift(), width));
    }
}
