package io.trapless.binary.x86;

import io.trapless.binary.x86.AssemblerException.Reason;

/** The integer instructions of {@link Assembler}. Every operand size is in bytes: 1, 2, 4 or 8; where none is asked for, it is 8. */
abstract class AssemblerArithmetic extends AssemblerBuffer {
    AssemblerArithmetic(long baseAddress) {
        super(baseAddress);
    }

    public void alu(Arithmetic operation, Gpr dst, Gpr src, int size) {
        sizedReg(operation.number << 3, src.id(), dst.id(), size);
    }

    public void alu(Arithmetic operation, Gpr dst, Mem src, int size) {
        sizedMem(operation.number << 3 | 2, dst.id(), src, size, 0);
    }

    public void alu(Arithmetic operation, Mem dst, Gpr src, int size) {
        sizedMem(operation.number << 3, src.id(), dst, size, 0);
    }

    /** {@code immediate} is sign-extended to {@code size}. */
    public void alu(Arithmetic operation, Gpr dst, int immediate, int size) {
        int bytes = immediateBytes(immediate, size, true);
        emitGroup(prefix(size), size == 8, size == 1, MAP_1, immediateOpcode(size, bytes), operation.number, dst.id());
        emitLittleEndian(immediate, bytes);
    }

    /** {@code immediate} is sign-extended to {@code size}. */
    public void alu(Arithmetic operation, Mem dst, int immediate, int size) {
        int bytes = immediateBytes(immediate, size, true);
        emitMem(prefix(size), size == 8, false, MAP_1, immediateOpcode(size, bytes), operation.number, dst, bytes);
        emitLittleEndian(immediate, bytes);
    }

    public void add(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.ADD, dst, src, size);
    }

    public void add(Gpr dst, Mem src, int size) {
        alu(Arithmetic.ADD, dst, src, size);
    }

    public void add(Mem dst, Gpr src, int size) {
        alu(Arithmetic.ADD, dst, src, size);
    }

    public void add(Gpr dst, int immediate, int size) {
        alu(Arithmetic.ADD, dst, immediate, size);
    }

    public void add(Mem dst, int immediate, int size) {
        alu(Arithmetic.ADD, dst, immediate, size);
    }

    public void or(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.OR, dst, src, size);
    }

    public void or(Gpr dst, Mem src, int size) {
        alu(Arithmetic.OR, dst, src, size);
    }

    public void or(Mem dst, Gpr src, int size) {
        alu(Arithmetic.OR, dst, src, size);
    }

    public void or(Gpr dst, int immediate, int size) {
        alu(Arithmetic.OR, dst, immediate, size);
    }

    public void or(Mem dst, int immediate, int size) {
        alu(Arithmetic.OR, dst, immediate, size);
    }

    public void adc(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.ADC, dst, src, size);
    }

    public void adc(Gpr dst, Mem src, int size) {
        alu(Arithmetic.ADC, dst, src, size);
    }

    public void adc(Mem dst, Gpr src, int size) {
        alu(Arithmetic.ADC, dst, src, size);
    }

    public void adc(Gpr dst, int immediate, int size) {
        alu(Arithmetic.ADC, dst, immediate, size);
    }

    public void adc(Mem dst, int immediate, int size) {
        alu(Arithmetic.ADC, dst, immediate, size);
    }

    public void sbb(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.SBB, dst, src, size);
    }

    public void sbb(Gpr dst, Mem src, int size) {
        alu(Arithmetic.SBB, dst, src, size);
    }

    public void sbb(Mem dst, Gpr src, int size) {
        alu(Arithmetic.SBB, dst, src, size);
    }

    public void sbb(Gpr dst, int immediate, int size) {
        alu(Arithmetic.SBB, dst, immediate, size);
    }

    public void sbb(Mem dst, int immediate, int size) {
        alu(Arithmetic.SBB, dst, immediate, size);
    }

    public void and(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.AND, dst, src, size);
    }

    public void and(Gpr dst, Mem src, int size) {
        alu(Arithmetic.AND, dst, src, size);
    }

    public void and(Mem dst, Gpr src, int size) {
        alu(Arithmetic.AND, dst, src, size);
    }

    public void and(Gpr dst, int immediate, int size) {
        alu(Arithmetic.AND, dst, immediate, size);
    }

    public void and(Mem dst, int immediate, int size) {
        alu(Arithmetic.AND, dst, immediate, size);
    }

    public void sub(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.SUB, dst, src, size);
    }

    public void sub(Gpr dst, Mem src, int size) {
        alu(Arithmetic.SUB, dst, src, size);
    }

    public void sub(Mem dst, Gpr src, int size) {
        alu(Arithmetic.SUB, dst, src, size);
    }

    public void sub(Gpr dst, int immediate, int size) {
        alu(Arithmetic.SUB, dst, immediate, size);
    }

    public void sub(Mem dst, int immediate, int size) {
        alu(Arithmetic.SUB, dst, immediate, size);
    }

    public void xor(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.XOR, dst, src, size);
    }

    public void xor(Gpr dst, Mem src, int size) {
        alu(Arithmetic.XOR, dst, src, size);
    }

    public void xor(Mem dst, Gpr src, int size) {
        alu(Arithmetic.XOR, dst, src, size);
    }

    public void xor(Gpr dst, int immediate, int size) {
        alu(Arithmetic.XOR, dst, immediate, size);
    }

    public void xor(Mem dst, int immediate, int size) {
        alu(Arithmetic.XOR, dst, immediate, size);
    }

    public void cmp(Gpr dst, Gpr src, int size) {
        alu(Arithmetic.CMP, dst, src, size);
    }

    public void cmp(Gpr dst, Mem src, int size) {
        alu(Arithmetic.CMP, dst, src, size);
    }

    public void cmp(Mem dst, Gpr src, int size) {
        alu(Arithmetic.CMP, dst, src, size);
    }

    public void cmp(Gpr dst, int immediate, int size) {
        alu(Arithmetic.CMP, dst, immediate, size);
    }

    public void cmp(Mem dst, int immediate, int size) {
        alu(Arithmetic.CMP, dst, immediate, size);
    }

    public void test(Gpr a, Gpr b, int size) {
        sizedReg(0x84, b.id(), a.id(), size);
    }

    public void test(Gpr register, int immediate, int size) {
        int bytes = immediateBytes(immediate, size, false);
        sizedGroup(0xF6, 0, register.id(), size);
        emitLittleEndian(immediate, bytes);
    }

    public void test(Mem mem, int immediate, int size) {
        int bytes = immediateBytes(immediate, size, false);
        sizedMem(0xF6, 0, mem, size, bytes);
        emitLittleEndian(immediate, bytes);
    }

    public void imul(Gpr dst, Gpr src) {
        emitReg(0, true, false, MAP_0F, 0xAF, dst.id(), src.id());
    }

    /** {@code dst = src * immediate}. */
    public void imul(Gpr dst, Gpr src, int immediate) {
        boolean near = fitsByte(immediate);
        emitReg(0, true, false, MAP_1, near ? 0x6B : 0x69, dst.id(), src.id());
        emitLittleEndian(immediate, near ? 1 : 4);
    }

    /** {@code rdx:rax = rax * factor}, unsigned. */
    public void mul(Gpr factor) {
        unary(4, factor, 8);
    }

    /** {@code rax, rdx = rdx:rax / divisor}, unsigned. */
    public void div(Gpr divisor) {
        unary(6, divisor, 8);
    }

    /** {@code rax, rdx = rdx:rax / divisor}, signed. */
    public void idiv(Gpr divisor) {
        unary(7, divisor, 8);
    }

    public void neg(Gpr register) {
        unary(3, register, 8);
    }

    public void not(Gpr register) {
        unary(2, register, 8);
    }

    private void unary(int operation, Gpr register, int size) {
        sizedGroup(0xF6, operation, register.id(), size);
    }

    public void inc(Gpr register, int size) {
        sizedGroup(0xFE, 0, register.id(), size);
    }

    public void dec(Gpr register, int size) {
        sizedGroup(0xFE, 1, register.id(), size);
    }

    public void inc(Mem mem, int size) {
        sizedMem(0xFE, 0, mem, size, 0);
    }

    public void dec(Mem mem, int size) {
        sizedMem(0xFE, 1, mem, size, 0);
    }

    /** {@code count} is 0 to 63. */
    public void shl(Gpr register, int count) {
        shift(4, register, count);
    }

    /** {@code count} is 0 to 63. */
    public void shr(Gpr register, int count) {
        shift(5, register, count);
    }

    /** {@code count} is 0 to 63. */
    public void sar(Gpr register, int count) {
        shift(7, register, count);
    }

    public void shlCl(Gpr register) {
        emitReg(0, true, false, MAP_1, 0xD3, 4, register.id());
    }

    public void shrCl(Gpr register) {
        emitReg(0, true, false, MAP_1, 0xD3, 5, register.id());
    }

    public void sarCl(Gpr register) {
        emitReg(0, true, false, MAP_1, 0xD3, 7, register.id());
    }

    /** Shifts {@code dst} right by 0 to 63 bits, filling it from the low end of {@code src}. */
    public void shrd(Gpr dst, Gpr src, int count) {
        checkCount(count);
        emitReg(0, true, false, MAP_0F, 0xAC, src.id(), dst.id());
        emit(count);
    }

    /** {@code dst = } the number of the highest bit that is set in {@code src}; undefined if none is. */
    public void bsr(Gpr dst, Gpr src) {
        emitReg(0, true, false, MAP_0F, 0xBD, dst.id(), src.id());
    }

    public void bswap(Gpr register, int size) {
        if (size != 4 && size != 8) {
            throw new AssemblerException(Reason.BAD_OPERAND, "bswap of " + size + " bytes");
        }
        int rex = (size == 8 ? 8 : 0) | register.id() >> 3;
        if (rex != 0) {
            emit(0x40 | rex);
        }
        emit(0x0F);
        emit(0xC8 | (register.id() & 7));
    }

    private void shift(int operation, Gpr register, int count) {
        checkCount(count);
        emitReg(0, true, false, MAP_1, 0xC1, operation, register.id());
        emit(count);
    }

    private static void checkCount(int count) {
        if (count < 0 || count > 63) {
            throw new AssemblerException(Reason.IMMEDIATE_TOO_WIDE, "shift by " + count + " bits");
        }
    }

    /** An opcode whose lowest bit tells bytes from wider operands. */
    final void sizedReg(int opcode, int reg, int rm, int size) {
        emitReg(prefix(size), size == 8, size == 1, MAP_1, opcode | (size == 1 ? 0 : 1), reg, rm);
    }

    private void sizedGroup(int opcode, int number, int rm, int size) {
        emitGroup(prefix(size), size == 8, size == 1, MAP_1, opcode | (size == 1 ? 0 : 1), number, rm);
    }

    /** An opcode whose lowest bit tells bytes from wider operands. */
    final void sizedMem(int opcode, int reg, Mem mem, int size, int immediateBytes) {
        emitMem(prefix(size), size == 8, size == 1, MAP_1, opcode | (size == 1 ? 0 : 1), reg, mem, immediateBytes);
    }

    /** The operand-size prefix of {@code size} bytes, or 0. */
    static int prefix(int size) {
        return switch (size) {
            case 1, 4, 8 -> 0;
            case 2 -> 0x66;
            default -> throw new AssemblerException(Reason.BAD_OPERAND, "no operand of " + size + " bytes");
        };
    }

    private static int immediateOpcode(int size, int bytes) {
        return size == 1 ? 0x80 : bytes == 1 ? 0x83 : 0x81;
    }

    /** How many bytes an immediate takes; one of {@code size} 1 or 2 may be given signed or unsigned. */
    static int immediateBytes(int immediate, int size, boolean signExtendedByte) {
        boolean fits = switch (size) {
            case 1 -> immediate >= Byte.MIN_VALUE && immediate <= 0xFF;
            case 2 -> immediate >= Short.MIN_VALUE && immediate <= 0xFFFF;
            default -> true;
        };
        if (!fits) {
            throw new AssemblerException(Reason.IMMEDIATE_TOO_WIDE, immediate + " does not fit " + size + " bytes");
        }
        return size == 1 || (signExtendedByte && fitsByte(immediate)) ? 1 : Math.min(size, 4);
    }
}
