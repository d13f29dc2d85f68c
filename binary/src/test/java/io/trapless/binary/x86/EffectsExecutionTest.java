package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.NativeRunner.Result;
import io.trapless.binary.x86.NativeRunner.Run;
import io.trapless.binary.x86.NativeRunner.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The processor as the oracle of effects. Each instruction runs from a state, and again with one register or flag of the state changed: what is not said to be read must
 * not matter, what is said to be written must not keep anything, what is not said to be modified must stay.
 */
class EffectsExecutionTest {
    private static final int[] FLAGS = {
        Instruction.CF, Instruction.PF, Instruction.AF, Instruction.ZF, Instruction.SF, Instruction.OF, Instruction.DF
    };
    private static final int STATES = 3;
    private static final int VARIANTS = 16 + FLAGS.length + 1;

    private final List<String> failures = new ArrayList<>();
    private final Instruction instruction = new Instruction();
    private int executed;

    @Test
    void aSampleOfRegisterFormsDoesWhatTheTablesSay() {
        Random random = Seed.random("EffectsExecutionTest");
        List<byte[]> forms = RegisterForms.all();
        Collections.shuffle(forms, random);
        run(forms.subList(0, 10_000), random);
    }

    @Test
    @Tag("long")
    void everyRegisterFormDoesWhatTheTablesSay() {
        run(RegisterForms.all(), Seed.random("EffectsExecutionTest"));
    }

    private void run(List<byte[]> forms, Random random) {
        try (NativeRunner runner = new NativeRunner()) {
            for (int from = 0; from < forms.size(); from += 1000) {
                List<byte[]> part = forms.subList(from, Math.min(forms.size(), from + 1000));
                List<Run> runs = new ArrayList<>();
                for (byte[] code : part) {
                    addRuns(code, random, runs);
                }
                List<Result> results = runner.run(runs);
                for (int i = 0; i < part.size() * STATES; i++) {
                    check(
                            runs.subList(i * VARIANTS, (i + 1) * VARIANTS),
                            results.subList(i * VARIANTS, (i + 1) * VARIANTS));
                }
            }
        }
        System.out.println(forms.size() + " instructions, " + executed + " of " + forms.size() * STATES
                + " states without a fault");
        assertThat(failures).isEmpty();
        assertThat(executed).isGreaterThan(forms.size());
    }

    private static void addRuns(byte[] code, Random random, List<Run> runs) {
        for (int s = 0; s < STATES; s++) {
            State base = new State(new long[16], random.nextInt() & Instruction.ALL_FLAGS);
            for (int r = 0; r < 16; r++) {
                base.registers()[r] = s == 0 ? random.nextLong() : s == 1 ? random.nextInt(40) : random.nextInt(3) - 1L;
            }
            if (s == 1) {
                base.registers()[Instruction.RDX] = 0; // lets divisions succeed
            }
            for (int r = 0; r < 16; r++) {
                long old = base.registers()[r];
                runs.add(new Run(code, base.withRegister(r, random.nextBoolean() ? ~old : random.nextLong())));
            }
            for (int flag : FLAGS) {
                runs.add(new Run(code, base.withFlags(base.flags() ^ flag)));
            }
            runs.add(new Run(code, base));
        }
    }

    private void check(List<Run> runs, List<Result> results) {
        Run base = runs.getLast();
        Result expected = results.getLast();
        byte[] code = base.code();
        Decoder.decode(code, 0, code.length, 0x1000, instruction);
        if (expected.signal() != 0) {
            return;
        }
        executed++;
        for (int r = 0; r < 16; r++) {
            if (r != Instruction.RSP) {
                checkRegister(r, base, runs.get(r), expected, results.get(r));
            }
        }
        for (int f = 0; f < FLAGS.length; f++) {
            checkFlag(FLAGS[f], base, runs.get(16 + f), expected, results.get(16 + f));
        }
    }

    private void checkRegister(int r, Run base, Run changed, Result expected, Result got) {
        boolean read = (instruction.registersRead() >> r & 1) != 0;
        boolean written = (instruction.registersWritten() >> r & 1) != 0;
        boolean modified = (instruction.registersModified() >> r & 1) != 0;
        if (!modified) {
            expect(expected.after().registers()[r] == base.before().registers()[r], "modifies register " + r, base);
        }
        if (read) {
            return;
        }
        expect(got.signal() == 0, "faults by register " + r, changed);
        for (int q = 0; q < 16; q++) {
            long want = q == r && !written
                    ? changed.before().registers()[r]
                    : expected.after().registers()[q];
            expect(got.after().registers()[q] == want, "register " + r + " matters to register " + q, changed);
        }
        expect(flags(got) == flags(expected), "register " + r + " matters to the flags", changed);
    }

    private void checkFlag(int flag, Run base, Run changed, Result expected, Result got) {
        if ((instruction.flagsModified() & flag) == 0) {
            expect((flags(expected) & flag) == (base.before().flags() & flag), "modifies flag " + flag, base);
        }
        if ((instruction.flagsRead() & flag) != 0) {
            return;
        }
        expect(
                Arrays.equals(got.after().registers(), expected.after().registers()),
                "flag " + flag + " matters to registers",
                changed);
        boolean written = (instruction.flagsWritten() & flag) != 0;
        int differing = flags(got) ^ flags(expected);
        expect(
                (written ? differing : differing & ~flag) == 0,
                "flag " + flag + " matters to flags " + differing,
                changed);
    }

    private static int flags(Result result) {
        return (int) result.after().flags() & Instruction.ALL_FLAGS;
    }

    private void expect(boolean condition, String what, Run run) {
        if (!condition && failures.size() < 100) {
            failures.add(HexFormat.of().formatHex(run.code()) + " " + what);
        }
    }
}
