package io.trapless.binary.x86;

import org.jspecify.annotations.Nullable;

/**
 * A memory operand.
 *
 * @param base null where there is none
 * @param index null where there is none; never rsp, which has no encoding as an index
 * @param scale 1, 2, 4 or 8
 * @param disp bytes, sign-extended; 0 in the RIP-relative forms
 * @param label the target of a RIP-relative operand inside the code, else null
 * @param absolute the target of a RIP-relative operand outside the code; only with {@code ripRelative} and no label
 * @param ripRelative whether the operand is encoded relative to the next instruction
 * @param segment the segment whose base is added, if any
 */
public record Mem(
        @Nullable Gpr base,
        @Nullable Gpr index,
        int scale,
        int disp,
        @Nullable Label label,
        long absolute,
        boolean ripRelative,
        Segment segment) {

    public Mem {
        if (index == Gpr.RSP) {
            throw new AssemblerException(AssemblerException.Reason.BAD_OPERAND, "rsp cannot be an index");
        }
        if (Integer.bitCount(scale) != 1 || scale < 1 || scale > 8) {
            throw new AssemblerException(
                    AssemblerException.Reason.BAD_OPERAND, "scale " + scale + " is not 1, 2, 4 or 8");
        }
    }

    /** {@code disp(base)}. */
    public static Mem of(Gpr base, int disp) {
        return new Mem(base, null, 1, disp, null, 0, false, Segment.NONE);
    }

    /** {@code disp(base, index, scale)}. */
    public static Mem of(Gpr base, Gpr index, int scale, int disp) {
        return new Mem(base, index, scale, disp, null, 0, false, Segment.NONE);
    }

    /** {@code disp(, index, scale)}. */
    public static Mem ofIndex(Gpr index, int scale, int disp) {
        return new Mem(null, index, scale, disp, null, 0, false, Segment.NONE);
    }

    /** {@code label(%rip)}. */
    public static Mem rip(Label label) {
        return new Mem(null, null, 1, 0, label, 0, true, Segment.NONE);
    }

    /** {@code address(%rip)}: a place outside the code, which must lie within 2 GB of it. */
    public static Mem ripAbsolute(long address) {
        return new Mem(null, null, 1, 0, null, address, true, Segment.NONE);
    }

    /** {@code %fs:disp}: thread-local storage of x86-64 System V programs. */
    public static Mem fs(int disp) {
        return abs32(disp).in(Segment.FS);
    }

    /** {@code disp}: an address in the lowest or highest 2 GB. */
    public static Mem abs32(int disp) {
        return new Mem(null, null, 1, disp, null, 0, false, Segment.NONE);
    }

    /** The same operand counted from a segment's base. */
    public Mem in(Segment origin) {
        return new Mem(base, index, scale, disp, label, absolute, ripRelative, origin);
    }

    /** The same operand {@code bytes} further. */
    public Mem plus(int bytes) {
        if (label != null) {
            throw new AssemblerException(AssemblerException.Reason.BAD_OPERAND, "a label has no offset");
        }
        return new Mem(
                base,
                index,
                scale,
                ripRelative ? disp : Math.addExact(disp, bytes),
                null,
                ripRelative ? absolute + bytes : absolute,
                ripRelative,
                segment);
    }
}
