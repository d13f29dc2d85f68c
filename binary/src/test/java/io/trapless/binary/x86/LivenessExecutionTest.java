package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.NativeRunner.Result;
import io.trapless.binary.x86.NativeRunner.Run;
import io.trapless.binary.x86.NativeRunner.State;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Random programs with branches run twice on the processor: as they are, and with everything clobbered that {@link Liveness} calls dead before their first instruction. Every
 * register and flag must come out the same, because whatever is dead has been overwritten before the end.
 */
class LivenessExecutionTest {
    private static final int CLOBBERS = 3;

    private final Instruction instruction = new Instruction();
    private final List<String> failures = new ArrayList<>();
    private long deadRegisters;
    private int deadFlags;
    private int executed;

    @Test
    void clobberingWhatIsDeadChangesNothing() {
        check(20_000);
    }

    @Test
    @Tag("long")
    void clobberingWhatIsDeadChangesNothingInAMillionPrograms() {
        check(1_000_000);
    }

    private void check(int programs) {
        Random random = Seed.random("LivenessExecutionTest");
        List<byte[]> forms =
                RegisterForms.all().stream().filter(this::isInteresting).toList();
        List<byte[]> killers = forms.stream().filter(this::isKiller).toList();
        try (NativeRunner runner = new NativeRunner()) {
            for (int done = 0; done < programs; done += 10_000) {
                List<Run> runs = new ArrayList<>();
                for (int i = 0; i < 10_000; i++) {
                    addProgram(forms, killers, random, runs);
                }
                List<Result> results = runner.run(runs);
                for (int i = 0; i < runs.size(); i += 1 + CLOBBERS) {
                    for (int k = 1; k <= CLOBBERS; k++) {
                        compare(runs.get(i), results.get(i), runs.get(i + k), results.get(i + k));
                    }
                }
            }
        }
        System.out.println(programs + " programs, " + executed + " comparisons, " + deadRegisters + " dead registers, "
                + deadFlags + " with dead flags");
        assertThat(failures).isEmpty();
        assertThat(executed).isGreaterThan(programs);
        assertThat(deadRegisters).isGreaterThan(programs / 2);
        assertThat(deadFlags).isGreaterThan(programs / 10);
    }

    /** Something happens to a general register or a flag; faults and what is undefined by the manuals left out. */
    private boolean isInteresting(byte[] code) {
        Decoder.decode(code, 0, code.length, 0, instruction);
        boolean divides = instruction.opcodeMap() == Instruction.MAP_ONE_BYTE
                && (instruction.opcode() | 1) == 0xF7
                && (instruction.modRm() & 0x30) == 0x30;
        return instruction.registersModified() != 0 && !divides || instruction.flagsModified() != 0 && !divides;
    }

    private boolean isKiller(byte[] code) {
        Decoder.decode(code, 0, code.length, 0, instruction);
        return (instruction.registersWritten() & ~instruction.registersRead()) != 0;
    }

    private void addProgram(List<byte[]> forms, List<byte[]> killers, Random random, List<Run> runs) {
        byte[] program = program(forms, killers, random);
        long dead = Liveness.deadAt(program, 0, program.length, 0x400000, 1 + random.nextInt(60));
        int registers = (int) dead;
        int flags = (int) (dead >>> 32);
        deadRegisters += Integer.bitCount(registers);
        deadFlags += flags == Instruction.STATUS_FLAGS ? 1 : 0;
        State state = state(random);
        runs.add(new Run(program, state));
        for (int k = 0; k < CLOBBERS; k++) {
            State clobbered = state.withFlags(state.flags() ^ (random.nextInt() & flags));
            for (int r = 0; r < 16; r++) {
                if ((registers >> r & 1) != 0) {
                    clobbered = clobbered.withRegister(r, random.nextLong());
                }
            }
            runs.add(new Run(program, clobbered));
        }
    }

    private static State state(Random random) {
        State state = new State(new long[16], random.nextInt() & Instruction.STATUS_FLAGS);
        for (int r = 0; r < 16; r++) {
            state.registers()[r] = random.nextInt(3) == 0 ? random.nextInt(4) : random.nextLong();
        }
        return state;
    }

    /** 4 to 24 instructions, about every fifth a short forward branch to the start of a later one or to the end. */
    private static byte[] program(List<byte[]> forms, List<byte[]> killers, Random random) {
        int count = 4 + random.nextInt(21);
        byte[][] parts = new byte[count][];
        int[] starts = new int[count + 1];
        for (int i = 0; i < count; i++) {
            parts[i] = random.nextInt(5) == 0 ? branch(random) : pick(random.nextInt(3) == 0 ? killers : forms, random);
            starts[i + 1] = starts[i] + parts[i].length;
        }
        byte[] program = new byte[starts[count]];
        for (int i = 0; i < count; i++) {
            byte[] part = parts[i];
            if (isBranch(part)) {
                int target = starts[i + 1 + random.nextInt(Math.min(6, count - i))];
                part[1] = (byte) (target - starts[i + 1]);
            }
            System.arraycopy(part, 0, program, starts[i], part.length);
        }
        return program;
    }

    private static byte[] pick(List<byte[]> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }

    private static byte[] branch(Random random) {
        int kind = random.nextInt(20);
        int opcode = kind == 0 ? 0xEB : kind < 4 ? 0xE0 + kind - 1 : kind == 4 ? 0xE3 : 0x70 + random.nextInt(16);
        return new byte[] {(byte) opcode, 0};
    }

    private static boolean isBranch(byte[] part) {
        int first = part[0] & 0xFF;
        return part.length == 2 && (first >= 0x70 && first < 0x80 || first >= 0xE0 && first <= 0xE3 || first == 0xEB);
    }

    private void compare(Run run, Result expected, Run clobbered, Result got) {
        if (expected.signal() != 0 && got.signal() == expected.signal()) {
            return;
        }
        executed++;
        boolean same = expected.signal() == got.signal()
                && java.util.Arrays.equals(
                        expected.after().registers(), got.after().registers())
                && ((expected.after().flags() ^ got.after().flags()) & Instruction.ALL_FLAGS) == 0;
        if (!same && failures.size() < 20) {
            failures.add(HexFormat.of().formatHex(run.code()) + " from " + run.before() + " and " + clobbered.before()
                    + ": " + expected + " and " + got);
        }
    }
}
