package io.trapless.language.c;

import io.trapless.language.types.BitField;
import io.trapless.language.types.StructField;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.List;

/** Places the fields of a structure or union: System V ABI for x86-64, section 3.1.2, bit fields as GCC and Clang lay them out. */
final class LayoutBuilder {
    /** Larger than anything that can be read; keeps sizes within an int. */
    static final int MAX_BYTES = 1 << 28;

    private final boolean union;
    private final boolean packed;
    private final List<StructField> fields = new ArrayList<>();

    /** End of what has been placed, in bits. */
    private long endBits;

    private long sizeBits;
    private int alignBytes = 1;

    LayoutBuilder(boolean union, boolean packed) {
        this.union = union;
        this.packed = packed;
    }

    /** An attribute or a member asks for an alignment of the whole. */
    void align(int bytes) {
        alignBytes = Math.max(alignBytes, bytes);
    }

    void field(String name, Type type, int extraAlign) {
        int align = Math.max(packed ? 1 : type.alignBytes(), extraAlign);
        long offset = union ? 0 : roundUp(endBits, 8L * align);
        fields.add(new StructField(name, type, (int) (offset / 8), null));
        place(offset, 8L * size(type), align);
    }

    /** A member without a name: its fields are the whole's. */
    void anonymous(StructLayout inner, int extraAlign) {
        int align = Math.max(packed ? 1 : inner.alignBytes(), extraAlign);
        long offset = union ? 0 : roundUp(endBits, 8L * align);
        for (StructField field : inner.fields()) {
            fields.add(new StructField(
                    field.name(), field.type(), (int) (offset / 8) + field.offsetBytes(), field.bits()));
        }
        place(offset, 8L * inner.sizeBytes(), align);
    }

    /**
     * @param name empty for padding
     * @param widthBits 0: the next bit field begins a new unit
     */
    void bits(String name, Type type, int widthBits) {
        long unitBits = 8L * type.sizeInBytes();
        if (widthBits == 0) {
            endBits = roundUp(endBits, unitBits);
            return;
        }
        long offset = union ? 0 : endBits;
        if (!packed && offset / unitBits != (offset + widthBits - 1) / unitBits) {
            offset = roundUp(offset, unitBits);
        }
        if (!name.isEmpty()) {
            // The field's own unit is read as a whole, as compilers do; a packed field has none.
            long unit = packed ? 8 : unitBits;
            int firstByte = (int) (offset / unit * unit / 8);
            int shift = (int) (offset % unit);
            int readBytes = packed ? Math.min(8, (shift + widthBits + 7) / 8) : (int) unitBits / 8;
            fields.add(new StructField(name, type, firstByte, new BitField(readBytes, shift, widthBits)));
        }
        place(offset, widthBits, packed || name.isEmpty() ? 1 : type.alignBytes());
    }

    private void place(long offset, long bits, int align) {
        endBits = union ? 0 : offset + bits;
        sizeBits = Math.max(sizeBits, offset + bits);
        alignBytes = Math.max(alignBytes, align);
    }

    /** Completes the layout; false if it is too large to be. */
    boolean complete(StructLayout layout) {
        long bytes = roundUp((sizeBits + 7) / 8, alignBytes);
        if (bytes > MAX_BYTES) {
            return false;
        }
        layout.complete(fields, (int) bytes, alignBytes);
        return true;
    }

    private static long size(Type type) {
        // A pointer's target of void counts one byte; a field can't be of it.
        return type instanceof Type.Nothing ? 0 : type.sizeInBytes();
    }

    private static long roundUp(long value, long multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
