package io.trapless.binary.x86;

import io.trapless.binary.x86.AssemblerException.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The bytes under an {@link Assembler}: a growing buffer at a known address, labels with their fixups, and the one place where prefixes, REX, ModRM, SIB and
 * displacements are put together (Intel SDM volume 2, chapter 2).
 */
abstract class AssemblerBuffer {
    /** Opcode maps: one byte, and behind the escape 0F. */
    static final int MAP_1 = 0;

    static final int MAP_0F = 0x0F;

    private static final int RM_SIB = 4;
    private static final int RM_RIP = 5;
    private static final int NO_INDEX = 4;
    private static final int NO_BASE = 5;

    /** A field that waits for its label: {@code sizeBytes} at {@code position}; relative to {@code end}, or an absolute address when {@code end} is negative. */
    private record Fixup(Label label, int position, int sizeBytes, int end) {}

    private final long baseAddress;
    private final List<Fixup> fixups = new ArrayList<>();
    private byte[] bytes = new byte[256];
    private int size;

    AssemblerBuffer(long baseAddress) {
        this.baseAddress = baseAddress;
    }

    /** Bytes written so far. */
    public int position() {
        return size;
    }

    /** The address of the next byte. */
    public long address() {
        return baseAddress + size;
    }

    /** A new label, not yet bound. */
    public Label label() {
        return new Label(this);
    }

    /** A new label, bound here. */
    public Label here() {
        Label label = label();
        bind(label);
        return label;
    }

    /** Makes {@code label} mean the next byte, and fills the places that waited for it. */
    public void bind(Label label) {
        check(label);
        if (label.isBound()) {
            throw new AssemblerException(Reason.BAD_LABEL, "label bound twice");
        }
        label.position = size;
        fixups.removeIf(fixup -> {
            if (fixup.label != label) {
                return false;
            }
            apply(fixup);
            return true;
        });
    }

    /** The address that a bound label means. */
    public long addressOf(Label label) {
        check(label);
        if (!label.isBound()) {
            throw new AssemblerException(Reason.BAD_LABEL, "label not bound yet");
        }
        return baseAddress + label.position;
    }

    /** A copy of the code; every label that was used must be bound. */
    public byte[] toByteArray() {
        if (!fixups.isEmpty()) {
            throw new AssemblerException(Reason.BAD_LABEL, fixups.size() + " uses of labels that were never bound");
        }
        return Arrays.copyOf(bytes, size);
    }

    final void emit(int value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, size * 2);
        }
        bytes[size++] = (byte) value;
    }

    final void emitLittleEndian(long value, int sizeBytes) {
        for (int i = 0; i < sizeBytes; i++) {
            emit((int) (value >>> (8 * i)));
        }
    }

    /** A register-to-register instruction. {@code prefix} is 0 or a legacy prefix (66, F2, F3); {@code byteRegisters} asks for spl..dil rather than ah..bh. */
    final void emitReg(int prefix, boolean wide, boolean byteRegisters, int map, int opcode, int reg, int rm) {
        if (prefix != 0) {
            emit(prefix);
        }
        emitRex(wide, reg, 0, rm, byteRegisters && (needsRexAsByte(reg) || needsRexAsByte(rm)));
        emitOpcode(map, opcode);
        emit(0xC0 | (reg & 7) << 3 | (rm & 7));
    }

    /** As {@link #emitReg} for a group of instructions that the reg field tells apart. */
    final void emitGroup(int prefix, boolean wide, boolean byteRegister, int map, int opcode, int number, int rm) {
        if (prefix != 0) {
            emit(prefix);
        }
        emitRex(wide, 0, 0, rm, byteRegister && needsRexAsByte(rm));
        emitOpcode(map, opcode);
        emit(0xC0 | number << 3 | (rm & 7));
    }

    /** An instruction with a memory operand; {@code immediateBytes} follow it, which a RIP-relative displacement has to count. */
    final void emitMem(
            int prefix, boolean wide, boolean byteRegister, int map, int opcode, int reg, Mem mem, int immediateBytes) {
        switch (mem.segment()) {
            case NONE -> {}
            case FS -> emit(0x64);
            case GS -> emit(0x65);
        }
        if (prefix != 0) {
            emit(prefix);
        }
        int index = mem.index() == null ? 0 : mem.index().id();
        int base = mem.base() == null ? 0 : mem.base().id();
        emitRex(wide, reg, index, base, byteRegister && needsRexAsByte(reg));
        emitOpcode(map, opcode);
        emitOperand(reg & 7, mem, immediateBytes);
    }

    private void emitRex(boolean wide, int reg, int index, int base, boolean force) {
        int rex = (wide ? 8 : 0) | reg >> 3 << 2 | index >> 3 << 1 | base >> 3;
        if (rex != 0 || force) {
            emit(0x40 | rex);
        }
    }

    private void emitOpcode(int map, int opcode) {
        if (map != MAP_1) {
            emit(map);
        }
        emit(opcode);
    }

    private void emitOperand(int reg, Mem mem, int immediateBytes) {
        if (mem.ripRelative()) {
            emit(reg << 3 | RM_RIP);
            emitRipDisplacement(mem.label(), mem.absolute(), immediateBytes);
            return;
        }
        Gpr base = mem.base();
        Gpr index = mem.index();
        int disp = mem.disp();
        if (base == null) {
            emit(reg << 3 | RM_SIB);
            emit(sib(mem.scale(), index == null ? NO_INDEX : index.id(), NO_BASE));
            emitLittleEndian(disp, 4);
            return;
        }
        int mod = disp == 0 && (base.id() & 7) != NO_BASE ? 0 : fitsByte(disp) ? 1 : 2;
        if (index == null && (base.id() & 7) != RM_SIB) {
            emit(mod << 6 | reg << 3 | (base.id() & 7));
        } else {
            emit(mod << 6 | reg << 3 | RM_SIB);
            emit(sib(mem.scale(), index == null ? NO_INDEX : index.id(), base.id()));
        }
        if (mod != 0) {
            emitLittleEndian(disp, mod == 1 ? 1 : 4);
        }
    }

    private void emitRipDisplacement(@Nullable Label label, long absolute, int immediateBytes) {
        if (label != null) {
            emitRelative(label, 4, immediateBytes);
        } else {
            emitLittleEndian(displacement(absolute - (address() + 4 + immediateBytes), 4), 4);
        }
    }

    /** A field of 1 or 4 bytes that holds the distance from the instruction's end, {@code immediateBytes} behind the field, to the label. */
    final void emitRelative(Label label, int sizeBytes, int immediateBytes) {
        check(label);
        reserve(new Fixup(label, size, sizeBytes, size + sizeBytes + immediateBytes));
    }

    /** A field of 8 bytes that holds the label's address. */
    final void emitAbsolute(Label label) {
        check(label);
        reserve(new Fixup(label, size, 8, -1));
    }

    private void reserve(Fixup fixup) {
        emitLittleEndian(0, fixup.sizeBytes);
        if (fixup.label.isBound()) {
            apply(fixup);
        } else {
            fixups.add(fixup);
        }
    }

    private void apply(Fixup fixup) {
        long value = fixup.end < 0
                ? baseAddress + fixup.label.position
                : displacement((long) fixup.label.position - fixup.end, fixup.sizeBytes);
        for (int i = 0; i < fixup.sizeBytes; i++) {
            bytes[fixup.position + i] = (byte) (value >>> (8 * i));
        }
    }

    private static long displacement(long distance, int sizeBytes) {
        if (sizeBytes == 1 ? distance != (byte) distance : distance != (int) distance) {
            throw new AssemblerException(
                    Reason.OUT_OF_RANGE,
                    "a distance of " + distance + " bytes does not fit " + 8 * sizeBytes + " bits");
        }
        return distance;
    }

    /** The distance of a direct branch of {@code lengthBytes}, which starts here, to an absolute address. */
    final int relativeTo(long target, int lengthBytes) {
        return (int) displacement(target - (address() + lengthBytes), 4);
    }

    /** Whether a backward branch of {@code lengthBytes} from here reaches the label with a displacement of one byte. */
    final boolean isNear(Label label, int lengthBytes) {
        check(label);
        return label.isBound() && fitsByte((long) label.position - (size + lengthBytes));
    }

    private void check(Label label) {
        if (!label.owner.equals(this)) {
            throw new AssemblerException(Reason.BAD_LABEL, "label of another assembler");
        }
    }

    private static boolean needsRexAsByte(int register) {
        return register >= 4 && register < 8;
    }

    private static int sib(int scale, int index, int base) {
        return Integer.numberOfTrailingZeros(scale) << 6 | (index & 7) << 3 | (base & 7);
    }

    static boolean fitsByte(long value) {
        return value == (byte) value;
    }
}
