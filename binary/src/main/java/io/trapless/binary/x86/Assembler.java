package io.trapless.binary.x86;

import io.trapless.binary.x86.AssemblerException.Reason;

/**
 * Writes the x86-64 instructions that trampolines and stubs need.
 *
 * <p>Operands stand in Intel order, destination first. A {@code size} is in bytes (1, 2, 4, 8) and applies to the operation; where none is asked for, it is 8.
 * Writing 4 bytes to a register clears its upper half. Branches to labels take the form with a 32-bit displacement, unless the label stands behind and near; the
 * {@code short} forms never take more than 8 bits. What cannot be encoded is an {@link AssemblerException}. Not thread-safe.
 *
 * <p>Source of the encodings: Intel SDM volume 2.
 */
public final class Assembler extends AssemblerArithmetic {
    /** The recommended no-operation of each length (Intel SDM volume 2B, NOP). */
    private static final String[] NOPS = {
        "",
        "90",
        "6690",
        "0f1f00",
        "0f1f4000",
        "0f1f440000",
        "660f1f440000",
        "0f1f8000000000",
        "0f1f840000000000",
        "660f1f840000000000"
    };

    /** {@code baseAddress}: where the first byte will stand. */
    public Assembler(long baseAddress) {
        super(baseAddress);
    }

    public void mov(Gpr dst, Gpr src, int size) {
        sizedReg(0x88, src.id(), dst.id(), size);
    }

    public void mov(Gpr dst, Mem src, int size) {
        sizedMem(0x8A, dst.id(), src, size, 0);
    }

    public void mov(Mem dst, Gpr src, int size) {
        sizedMem(0x88, src.id(), dst, size, 0);
    }

    /** Sets all 64 bits in the shortest form that leaves the flags alone. */
    public void mov(Gpr dst, long immediate) {
        if (immediate >>> 32 == 0) {
            rexB(dst, false);
            emit(0xB8 | (dst.id() & 7));
            emitLittleEndian(immediate, 4);
        } else if (immediate == (int) immediate) {
            emitReg(0, true, false, MAP_1, 0xC7, 0, dst.id());
            emitLittleEndian(immediate, 4);
        } else {
            rexB(dst, true);
            emit(0xB8 | (dst.id() & 7));
            emitLittleEndian(immediate, 8);
        }
    }

    /** {@code immediate} is sign-extended to {@code size}. */
    public void mov(Mem dst, int immediate, int size) {
        int bytes = immediateBytes(immediate, size, false);
        sizedMem(0xC6, 0, dst, size, bytes);
        emitLittleEndian(immediate, bytes);
    }

    /** Loads {@code fromSize} bytes and clears the rest of the 64-bit register. */
    public void movzx(Gpr dst, Mem src, int fromSize) {
        switch (fromSize) {
            case 1, 2 -> emitMem(0, false, false, MAP_0F, 0xB5 + fromSize, dst.id(), src, 0);
            default -> mov(dst, src, fromSize);
        }
    }

    /** Copies {@code fromSize} bytes and clears the rest of the 64-bit register. */
    public void movzx(Gpr dst, Gpr src, int fromSize) {
        switch (fromSize) {
            case 1, 2 -> emitReg(0, false, fromSize == 1 && src.id() >= 4, MAP_0F, 0xB5 + fromSize, dst.id(), src.id());
            default -> mov(dst, src, fromSize);
        }
    }

    /** Loads {@code fromSize} bytes, signed, into all 64 bits. */
    public void movsx(Gpr dst, Mem src, int fromSize) {
        switch (fromSize) {
            case 1, 2 -> emitMem(0, true, false, MAP_0F, 0xBD + fromSize, dst.id(), src, 0);
            case 4 -> emitMem(0, true, false, MAP_1, 0x63, dst.id(), src, 0);
            default -> mov(dst, src, fromSize);
        }
    }

    /** Copies {@code fromSize} bytes, signed, into all 64 bits. */
    public void movsx(Gpr dst, Gpr src, int fromSize) {
        switch (fromSize) {
            case 1, 2 -> emitReg(0, true, false, MAP_0F, 0xBD + fromSize, dst.id(), src.id());
            case 4 -> emitReg(0, true, false, MAP_1, 0x63, dst.id(), src.id());
            default -> mov(dst, src, fromSize);
        }
    }

    public void lea(Gpr dst, Mem address) {
        emitMem(0, true, false, MAP_1, 0x8D, dst.id(), address, 0);
    }

    public void push(Gpr register) {
        rexB(register, false);
        emit(0x50 | (register.id() & 7));
    }

    /** Pushes 8 bytes: {@code immediate} sign-extended. */
    public void push(int immediate) {
        boolean near = fitsByte(immediate);
        emit(near ? 0x6A : 0x68);
        emitLittleEndian(immediate, near ? 1 : 4);
    }

    public void push(Mem mem) {
        emitMem(0, false, false, MAP_1, 0xFF, 6, mem, 0);
    }

    public void pop(Gpr register) {
        rexB(register, false);
        emit(0x58 | (register.id() & 7));
    }

    public void pop(Mem mem) {
        emitMem(0, false, false, MAP_1, 0x8F, 0, mem, 0);
    }

    public void pushfq() {
        emit(0x9C);
    }

    public void popfq() {
        emit(0x9D);
    }

    /** Loads ah with SF, ZF, AF, PF and CF; OF is not among them. */
    public void lahf() {
        emit(0x9F);
    }

    public void sahf() {
        emit(0x9E);
    }

    public void cld() {
        emit(0xFC);
    }

    /** Sets the low byte of {@code dst} to 1 or 0, and leaves the rest. */
    public void setcc(Condition condition, Gpr dst) {
        emitReg(0, false, true, MAP_0F, 0x90 | condition.id(), 0, dst.id());
    }

    public void setcc(Condition condition, Mem dst) {
        emitMem(0, false, false, MAP_0F, 0x90 | condition.id(), 0, dst, 0);
    }

    public void cmovcc(Condition condition, Gpr dst, Gpr src) {
        emitReg(0, true, false, MAP_0F, 0x40 | condition.id(), dst.id(), src.id());
    }

    public void cqo() {
        emitBytes(0x48, 0x99);
    }

    public void cdq() {
        emit(0x99);
    }

    /** Stores the low 8 bytes of {@code %xmmN}, N from 0 to 15. */
    public void movq(Mem dst, int xmm) {
        emitMem(0x66, false, false, MAP_0F, 0xD6, xmm(xmm), dst, 0);
    }

    /** Stores the low 4 bytes of {@code %xmmN}, N from 0 to 15. */
    public void movd(Mem dst, int xmm) {
        emitMem(0x66, false, false, MAP_0F, 0x7E, xmm(xmm), dst, 0);
    }

    /** Copies the low 8 bytes of {@code %xmmN}, N from 0 to 15. */
    public void movq(Gpr dst, int xmm) {
        emitReg(0x66, true, false, MAP_0F, 0x7E, xmm(xmm), dst.id());
    }

    /** Copies the low 4 bytes of {@code %xmmN}, N from 0 to 15, and clears the upper half of the register. */
    public void movd(Gpr dst, int xmm) {
        emitReg(0x66, false, false, MAP_0F, 0x7E, xmm(xmm), dst.id());
    }

    public void jmp(Label target) {
        if (isNear(target, 2)) {
            shortJmp(target);
        } else {
            emit(0xE9);
            emitRelative(target, 4, 0);
        }
    }

    public void jmp(Mem pointer) {
        emitMem(0, false, false, MAP_1, 0xFF, 4, pointer, 0);
    }

    public void jmp(Gpr target) {
        emitReg(0, false, false, MAP_1, 0xFF, 4, target.id());
    }

    /** A jump of five bytes to an address within 2 GB. */
    public void jmp(long target) {
        int distance = relativeTo(target, 5);
        emit(0xE9);
        emitLittleEndian(distance, 4);
    }

    public void jcc(Condition condition, Label target) {
        if (isNear(target, 2)) {
            shortJcc(condition, target);
        } else {
            emitBytes(0x0F, 0x80 | condition.id());
            emitRelative(target, 4, 0);
        }
    }

    /** A conditional jump of six bytes to an address within 2 GB. */
    public void jcc(Condition condition, long target) {
        int distance = relativeTo(target, 6);
        emitBytes(0x0F, 0x80 | condition.id());
        emitLittleEndian(distance, 4);
    }

    public void shortJmp(Label target) {
        emit(0xEB);
        emitRelative(target, 1, 0);
    }

    public void shortJcc(Condition condition, Label target) {
        emit(0x70 | condition.id());
        emitRelative(target, 1, 0);
    }

    /** Jumps when rcx is 0; reaches 127 bytes. */
    public void jrcxz(Label target) {
        emit(0xE3);
        emitRelative(target, 1, 0);
    }

    public void call(Label target) {
        emit(0xE8);
        emitRelative(target, 4, 0);
    }

    public void call(Gpr target) {
        emitReg(0, false, false, MAP_1, 0xFF, 2, target.id());
    }

    public void call(Mem pointer) {
        emitMem(0, false, false, MAP_1, 0xFF, 2, pointer, 0);
    }

    /** A call of an address within 2 GB. */
    public void call(long target) {
        int distance = relativeTo(target, 5);
        emit(0xE8);
        emitLittleEndian(distance, 4);
    }

    public void ret() {
        emit(0xC3);
    }

    /** Copies rcx bytes from (rsi) to (rdi); the direction flag must be clear. */
    public void repMovsb() {
        emitBytes(0xF3, 0xA4);
    }

    /** Stores al into rcx bytes at (rdi); the direction flag must be clear. */
    public void repStosb() {
        emitBytes(0xF3, 0xAA);
    }

    /** Searches at most rcx bytes at (rdi) for al; the direction flag must be clear. */
    public void repneScasb() {
        emitBytes(0xF2, 0xAE);
    }

    /** {@code edx:eax} = time-stamp counter; clears the upper halves. */
    public void rdtsc() {
        emitBytes(0x0F, 0x31);
    }

    /** As {@link #rdtsc}, and {@code ecx} = IA32_TSC_AUX, which Linux sets to {@code node << 12 | cpu}. */
    public void rdtscp() {
        emitBytes(0x0F, 0x01, 0xF9);
    }

    /** {@code dst} = IA32_TSC_AUX; only where CPUID tells RDPID. */
    public void rdpid(Gpr dst) {
        emitReg(0xF3, false, false, MAP_0F, 0xC7, 7, dst.id());
    }

    /** {@code dst} = limit of the segment that {@code selector} names, and ZF; Linux keeps {@code node << 12 | cpu} in the one of selector 0x7b. */
    public void lsl(Gpr dst, Gpr selector) {
        emitReg(0, false, false, MAP_0F, 0x03, dst.id(), selector.id());
    }

    public void syscall() {
        emitBytes(0x0F, 0x05);
    }

    public void pause() {
        emitBytes(0xF3, 0x90);
    }

    public void int3() {
        emit(0xCC);
    }

    public void ud2() {
        emitBytes(0x0F, 0x0B);
    }

    /** If (dst) equals rax: stores src and sets ZF; else rax = (dst). */
    public void lockCmpxchg(Mem dst, Gpr src, int size) {
        emit(0xF0);
        emitMem(prefix(size), size == 8, size == 1, MAP_0F, size == 1 ? 0xB0 : 0xB1, src.id(), dst, 0);
    }

    /** Adds src to (dst), and sets src to what was there before. */
    public void lockXadd(Mem dst, Gpr src, int size) {
        emit(0xF0);
        emitMem(prefix(size), size == 8, size == 1, MAP_0F, size == 1 ? 0xC0 : 0xC1, src.id(), dst, 0);
    }

    public void lockInc(Mem dst, int size) {
        emit(0xF0);
        inc(dst, size);
    }

    public void lockDec(Mem dst, int size) {
        emit(0xF0);
        dec(dst, size);
    }

    /** Exchanges src and (dst); atomic without a lock prefix. */
    public void xchg(Mem dst, Gpr src, int size) {
        sizedMem(0x86, src.id(), dst, size, 0);
    }

    /** {@code count} bytes that do nothing, in as few instructions as the recommended forms allow. */
    public void nop(int count) {
        for (int left = count; left > 0; left -= Math.min(left, NOPS.length - 1)) {
            String bytes = NOPS[Math.min(left, NOPS.length - 1)];
            for (int i = 0; i < bytes.length(); i += 2) {
                emit(Integer.parseInt(bytes, i, i + 2, 16));
            }
        }
    }

    /** Pads with no-operations until the address is a multiple of {@code boundary}, a power of two. */
    public void align(int boundary) {
        nop((int) (-address() & (boundary - 1)));
    }

    public void db(byte... data) {
        for (byte value : data) {
            emit(value);
        }
    }

    public void dd(int value) {
        emitLittleEndian(value, 4);
    }

    public void dq(long value) {
        emitLittleEndian(value, 8);
    }

    /** Eight bytes that hold the label's address. */
    public void dq(Label label) {
        emitAbsolute(label);
    }

    private void emitBytes(int... data) {
        for (int value : data) {
            emit(value);
        }
    }

    private void rexB(Gpr register, boolean wide) {
        int rex = (wide ? 8 : 0) | register.id() >> 3;
        if (rex != 0) {
            emit(0x40 | rex);
        }
    }

    private static int xmm(int number) {
        if (number < 0 || number > 15) {
            throw new AssemblerException(Reason.BAD_OPERAND, "no register xmm" + number);
        }
        return number;
    }
}
