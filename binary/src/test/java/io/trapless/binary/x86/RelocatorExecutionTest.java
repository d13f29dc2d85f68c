package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Runs random code where it was assembled and again as a relocated copy, from the same registers, flags and data, and compares everything that it leaves behind, the return
 * address that a callee sees included.
 */
class RelocatorExecutionTest {
    private static final int ROUNDS = 20_000;

    private static final int TARGET = 0;
    private static final int REGISTERS = 16;
    private static final int FLAGS = REGISTERS + 16 * 8;
    private static final int SAVED_RSP = FLAGS + 8;
    private static final int STATE_SIZE = SAVED_RSP + 8;
    private static final int ENTER = 0x400;
    private static final int EXIT = 0x800;
    private static final int ORIGINAL = 0x1000;
    private static final int CALLEE = 0x2000;
    private static final int POINTER = 0x2100;
    private static final int DATA = 0x2200;
    private static final int DATA_SIZE = 256;
    private static final int COPY = 0x8000;
    private static final int SIZE = 0x10000;

    /** rsp is the stack; r14 holds what the callee saw, r15 where the code ended. */
    private static final Gpr[] FREE = {
        Gpr.RAX, Gpr.RCX, Gpr.RDX, Gpr.RBX, Gpr.RBP, Gpr.RSI, Gpr.RDI, Gpr.R8, Gpr.R9, Gpr.R10, Gpr.R11, Gpr.R12,
        Gpr.R13
    };

    private static final long STATUS_FLAGS = 0x8D5;

    private final ExecutableMemory memory = new ExecutableMemory(SIZE);
    private final long base = memory.address();
    private Random random = new Random();

    @AfterEach
    void unmap() {
        memory.close();
    }

    @Test
    void copiesDoWhatTheOriginalsDo() {
        long seed = System.nanoTime();
        random = new Random(seed);
        writeHarness();
        int[] byKind = new int[Ending.values().length];
        for (int round = 0; round < ROUNDS; round++) {
            String context = "seed " + seed + ", round " + round;
            Ending ending = Ending.values()[random.nextInt(Ending.values().length)];
            byKind[ending.ordinal()]++;
            int length = writeOriginal(ending);
            byte[] code = memory.memory().asSlice(ORIGINAL, length).toArray(ValueLayout.JAVA_BYTE);
            Assembler out = new Assembler(base + COPY);
            Relocation result = Relocator.relocate(code, 0, length, base + ORIGINAL, out);
            assertThat(result).as(context).isInstanceOf(Relocation.Copied.class);
            if (((Relocation.Copied) result).fallsThrough()) {
                out.jmp(base + ORIGINAL + length);
            }
            memory.write(COPY, out.toByteArray());

            long[] before = randomState();
            byte[] data = new byte[DATA_SIZE];
            random.nextBytes(data);
            long[] expected;
            long[] actual;
            long stack;
            do { // flags may come from rsp, which is another one once the caller is compiled
                expected = run(ORIGINAL, before, data.clone());
                stack = memory.memory().get(ValueLayout.JAVA_LONG, SAVED_RSP);
                actual = run(COPY, before, data.clone());
            } while (memory.memory().get(ValueLayout.JAVA_LONG, SAVED_RSP) != stack);
            assertThat(actual).as(context).isEqualTo(expected);
        }
        assertThat(byKind).doesNotContain(0);
    }

    private enum Ending {
        NEXT,
        JUMP,
        CALL,
        CALL_REGISTER,
        CALL_MEMORY,
        CALL_STACK
    }

    /** The state after a run: registers, flags, then the data. */
    private long[] run(int entry, long[] state, byte[] data) {
        var segment = memory.memory();
        segment.set(ValueLayout.JAVA_LONG, TARGET, base + entry);
        for (int i = 0; i < state.length; i++) {
            segment.set(ValueLayout.JAVA_LONG, REGISTERS + i * 8L, state[i]);
        }
        memory.write(DATA, data);
        memory.call(ENTER);
        long[] after = new long[17 + DATA_SIZE / 8];
        for (int i = 0; i < 17; i++) {
            after[i] = segment.get(ValueLayout.JAVA_LONG, REGISTERS + i * 8L);
        }
        // Where the stack is depends on whether the caller is compiled yet.
        after[Gpr.RSP.id()] -= segment.get(ValueLayout.JAVA_LONG, SAVED_RSP);
        after[16] &= STATUS_FLAGS;
        for (int i = 0; i < DATA_SIZE / 8; i++) {
            after[17 + i] = segment.get(ValueLayout.JAVA_LONG, DATA + i * 8L);
        }
        return after;
    }

    private long[] randomState() {
        long[] state = new long[17];
        for (int i = 0; i < 16; i++) {
            state[i] = random.nextInt(4) == 0 ? random.nextInt(3) : random.nextLong();
        }
        state[16] = random.nextLong() & STATUS_FLAGS | 2;
        return state;
    }

    private void writeHarness() {
        Assembler enter = new Assembler(base + ENTER);
        Gpr[] saved = {Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15};
        for (Gpr register : saved) {
            enter.push(register);
        }
        enter.mov(Mem.ripAbsolute(base + SAVED_RSP), Gpr.RSP, 8);
        enter.sub(Gpr.RSP, 256, 8);
        enter.push(Mem.ripAbsolute(base + FLAGS));
        enter.popfq();
        for (Gpr register : Gpr.values()) {
            if (register != Gpr.RSP) {
                enter.mov(register, Mem.ripAbsolute(base + REGISTERS + register.id() * 8L), 8);
            }
        }
        enter.jmp(Mem.ripAbsolute(base + TARGET));
        memory.write(ENTER, enter.toByteArray());

        Assembler exit = new Assembler(base + EXIT);
        for (Gpr register : Gpr.values()) {
            exit.mov(Mem.ripAbsolute(base + REGISTERS + register.id() * 8L), register, 8);
        }
        exit.pushfq();
        exit.pop(Mem.ripAbsolute(base + FLAGS));
        exit.mov(Gpr.RSP, Mem.ripAbsolute(base + SAVED_RSP), 8);
        for (int i = saved.length - 1; i >= 0; i--) {
            exit.pop(saved[i]);
        }
        exit.ret();
        memory.write(EXIT, exit.toByteArray());

        Assembler callee = new Assembler(base + CALLEE);
        callee.mov(Gpr.R14, Mem.of(Gpr.RSP, 0), 8);
        callee.ret();
        memory.write(CALLEE, callee.toByteArray());
        Assembler pointer = new Assembler(base + POINTER);
        pointer.dq(base + CALLEE);
        memory.write(POINTER, pointer.toByteArray());
        assertThat(STATE_SIZE).isLessThan(ENTER);
    }

    /** Writes random instructions and, behind them, what they continue with; returns the length of the instructions. */
    private int writeOriginal(Ending ending) {
        Assembler code = new Assembler(base + ORIGINAL);
        List<Label> exits = new ArrayList<>();
        Label inner = code.label();
        int count = 1 + random.nextInt(5);
        int bindAt = random.nextInt(count + 1);
        for (int i = 0; i < count; i++) {
            if (i == bindAt) {
                code.bind(inner);
            }
            writeOne(code, exits, inner);
        }
        if (!inner.isBound()) {
            code.bind(inner);
        }
        writeEnding(code, ending, exits);
        int length = code.position();
        code.mov(Gpr.R15, 1);
        code.jmp(base + EXIT);
        for (int i = 0; i < exits.size(); i++) {
            code.bind(exits.get(i));
            code.mov(Gpr.R15, 2 + i);
            code.jmp(base + EXIT);
        }
        memory.write(ORIGINAL, code.toByteArray());
        return length;
    }

    private void writeOne(Assembler code, List<Label> exits, Label inner) {
        Gpr a = FREE[random.nextInt(FREE.length)];
        Gpr b = FREE[random.nextInt(FREE.length)];
        Mem data = Mem.ripAbsolute(base + DATA + 8L * random.nextInt(DATA_SIZE / 8));
        Arithmetic operation = Arithmetic.values()[random.nextInt(8)];
        int size = 1 << random.nextInt(4);
        Condition condition = Condition.of(random.nextInt(16));
        switch (random.nextInt(16)) {
            case 0 -> code.alu(operation, a, b, size);
            case 1 -> code.alu(operation, a, data, size);
            case 2 -> code.alu(operation, data, a, size);
            case 3 -> code.alu(operation, data, random.nextInt(128), size);
            case 4 -> code.lea(a, data);
            case 5 -> code.mov(a, data, 8);
            case 6 -> code.setcc(condition, a);
            case 7 -> code.cmovcc(condition, a, b);
            case 8 -> {
                code.push(a);
                code.pop(b);
            }
            case 9 -> code.mov(Mem.of(Gpr.RSP, -64), a, 8);
            case 10 -> code.imul(a, b);
            case 11 -> code.jcc(condition, exit(code, exits));
            case 12 -> code.shortJcc(condition, exit(code, exits));
            case 13 -> {
                // loopne, loope, loop, jrcxz
                code.db((byte) (0xE0 + random.nextInt(4)));
                code.emitRelative(exit(code, exits), 1, 0);
            }
            case 14 -> {
                if (inner.isBound()) {
                    code.lea(a, Mem.of(b, a == Gpr.RSP ? Gpr.RAX : a, 2, 5));
                } else {
                    code.shortJcc(condition, inner);
                }
            }
            default -> code.bswap(a, 8);
        }
    }

    private static Label exit(Assembler code, List<Label> exits) {
        Label label = code.label();
        exits.add(label);
        return label;
    }

    private void writeEnding(Assembler code, Ending ending, List<Label> exits) {
        switch (ending) {
            case NEXT -> code.xor(Gpr.RAX, 1, 8);
            case JUMP -> {
                if (random.nextBoolean()) {
                    code.shortJmp(exit(code, exits));
                } else {
                    code.jmp(exit(code, exits));
                }
            }
            case CALL -> code.call(base + CALLEE);
            case CALL_REGISTER -> {
                Gpr register = FREE[random.nextInt(FREE.length)];
                code.lea(register, Mem.ripAbsolute(base + CALLEE));
                code.call(register);
            }
            case CALL_MEMORY -> code.call(Mem.ripAbsolute(base + POINTER));
            case CALL_STACK -> {
                code.push(Mem.ripAbsolute(base + POINTER));
                int depth = random.nextInt(20);
                code.sub(Gpr.RSP, 8 * depth, 8);
                code.call(Mem.of(Gpr.RSP, 8 * depth));
            }
        }
    }

    @Test
    void stateOfTheHarnessIsWhole() {
        writeHarness();
        Assembler code = new Assembler(base + ORIGINAL);
        code.jmp(base + EXIT);
        memory.write(ORIGINAL, code.toByteArray());
        long[] before = randomState();
        long[] after = run(ORIGINAL, before, new byte[DATA_SIZE]);
        before[4] = after[4];
        assertThat(Arrays.copyOf(after, 16)).isEqualTo(Arrays.copyOf(before, 16));
        assertThat(after[16]).isEqualTo(before[16] & STATUS_FLAGS);
    }
}
