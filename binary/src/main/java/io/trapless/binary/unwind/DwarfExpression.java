package io.trapless.binary.unwind;

import io.trapless.binary.elf.ByteCursor;
import io.trapless.binary.elf.ByteView;
import io.trapless.binary.elf.ElfError;
import io.trapless.binary.elf.ElfException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** Computes an expression of call frame information (DWARF 5, section 2.5.1): what the tables of procedure linkage tables and signal frames use, and all other operations on a stack of addresses. */
final class DwarfExpression {
    /** So that a loop in a damaged expression ends. */
    private static final int MAX_STEPS = 10_000;

    private static final int MAX_DEPTH = 256;

    private final ByteView program;
    private final ByteCursor cursor;
    private final long[] registers;
    private final Unwinder.Memory memory;
    private final Deque<Long> stack = new ArrayDeque<>();

    private DwarfExpression(ByteView program, long[] registers, Unwinder.Memory memory) {
        this.program = program;
        this.cursor = new ByteCursor(program, 0);
        this.registers = registers;
        this.memory = memory;
    }

    /**
     * The value on top at the end.
     *
     * @param pushed what is on the stack at the beginning
     * @param registers by DWARF number
     * @return empty if memory that it reads is not there
     */
    static OptionalLong evaluate(ByteView program, OptionalLong pushed, long[] registers, Unwinder.Memory memory)
            throws ElfException {
        DwarfExpression expression = new DwarfExpression(program, registers, memory);
        if (pushed.isPresent()) {
            expression.push(pushed.getAsLong());
        }
        for (int i = 0; expression.cursor.position() < program.size(); i++) {
            if (i == MAX_STEPS || expression.stack.size() > MAX_DEPTH) {
                throw malformed("an expression without end");
            }
            if (!expression.step()) {
                return OptionalLong.empty();
            }
        }
        return OptionalLong.of(expression.pop());
    }

    private void push(long value) {
        stack.push(value);
    }

    private long pop() throws ElfException {
        Long value = stack.poll();
        if (value == null) {
            throw malformed("an expression that takes from an empty stack");
        }
        return value;
    }

    private long register(long number) throws ElfException {
        if (number < 0 || number >= registers.length) {
            throw malformed("an expression over register " + number);
        }
        return registers[(int) number];
    }

    /** False if memory can't be read. */
    private boolean step() throws ElfException {
        int op = cursor.u8();
        if (op >= 0x30 && op <= 0x4F) { // lit0 to lit31
            push(op - 0x30);
        } else if (op >= 0x50 && op <= 0x6F) { // reg0 to reg31 have no place here, but breg does
            throw malformed("a register's name as a value");
        } else if (op >= 0x70 && op <= 0x8F) { // breg0 to breg31
            push(register(op - 0x70) + cursor.sleb128());
        } else if ((op >= 0x08 && op <= 0x11) || op == 0x03) {
            constant(op);
        } else if (op == 0x06) {
            return dereference(8);
        } else if (op == 0x94) {
            return dereference(cursor.u8());
        } else if (op >= 0x12 && op <= 0x17) {
            arrange(op);
        } else {
            compute(op);
        }
        return true;
    }

    private boolean dereference(int size) throws ElfException {
        OptionalLong word = memory.read(pop());
        if (word.isEmpty()) {
            return false;
        }
        push(size >= 8 ? word.getAsLong() : word.getAsLong() & ((1L << (8 * size)) - 1));
        return true;
    }

    private void constant(int op) throws ElfException {
        push(
                switch (op) {
                    case 0x08 -> cursor.u8();
                    case 0x09 -> (byte) cursor.u8();
                    case 0x0A -> cursor.u16();
                    case 0x0B -> (short) cursor.u16();
                    case 0x0C -> cursor.s32() & 0xFFFF_FFFFL;
                    case 0x0D -> cursor.s32();
                    case 0x10 -> cursor.uleb128();
                    case 0x11 -> cursor.sleb128();
                    default -> cursor.s64(); // addr, const8u, const8s
                });
    }

    private void arrange(int op) throws ElfException {
        switch (op) {
            case 0x12 -> { // dup
                long top = pop();
                push(top);
                push(top);
            }
            case 0x13 -> pop(); // drop
            case 0x14 -> pick(1); // over
            case 0x15 -> pick(cursor.u8());
            case 0x16 -> { // swap
                long first = pop();
                long second = pop();
                push(first);
                push(second);
            }
            default -> { // rot
                long first = pop();
                long second = pop();
                long third = pop();
                push(first);
                push(third);
                push(second);
            }
        }
    }

    private void pick(int index) throws ElfException {
        Long[] all = stack.toArray(Long[]::new);
        if (index >= all.length) {
            throw malformed("an expression that takes from an empty stack");
        }
        push(all[index]);
    }

    private void compute(int op) throws ElfException {
        switch (op) {
            case 0x19 -> push(Math.abs(pop()));
            case 0x1F -> push(-pop());
            case 0x20 -> push(~pop());
            case 0x23 -> push(pop() + cursor.uleb128());
            case 0x28 -> { // bra
                int offset = (short) cursor.u16();
                if (pop() != 0) {
                    jump(offset);
                }
            }
            case 0x2F -> jump((short) cursor.u16()); // skip
            case 0x92 -> push(register(cursor.uleb128()) + cursor.sleb128()); // bregx
            case 0x96 -> {} // nop
            default -> {
                long right = pop();
                push(binary(op, pop(), right));
            }
        }
    }

    private void jump(int offset) throws ElfException {
        long target = cursor.position() + offset;
        if (target < 0 || target > program.size()) {
            throw malformed("a jump out of an expression");
        }
        cursor.position(target);
    }

    private static long binary(int op, long left, long right) throws ElfException {
        return switch (op) {
            case 0x1A -> left & right;
            case 0x1B -> right == 0 ? zeroDivisor() : left / right;
            case 0x1C -> left - right;
            case 0x1D -> right == 0 ? zeroDivisor() : Long.remainderUnsigned(left, right);
            case 0x1E -> left * right;
            case 0x21 -> left | right;
            case 0x22 -> left + right;
            case 0x24 -> right >= 64 || right < 0 ? 0 : left << right;
            case 0x25 -> right >= 64 || right < 0 ? 0 : left >>> right;
            case 0x26 -> left >> Math.clamp(right, 0, 63);
            case 0x27 -> left ^ right;
            case 0x29 -> left == right ? 1 : 0;
            case 0x2A -> left >= right ? 1 : 0;
            case 0x2B -> left > right ? 1 : 0;
            case 0x2C -> left <= right ? 1 : 0;
            case 0x2D -> left < right ? 1 : 0;
            case 0x2E -> left != right ? 1 : 0;
            default -> throw malformed("expression operation 0x" + Integer.toHexString(op));
        };
    }

    private static long zeroDivisor() throws ElfException {
        throw malformed("an expression that divides by 0");
    }

    private static ElfException malformed(String what) {
        return new ElfException(ElfError.MALFORMED, ".eh_frame: " + what);
    }
}
