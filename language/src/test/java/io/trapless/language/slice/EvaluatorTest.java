package io.trapless.language.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.syntax.Parser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
    private static final long BASE = 0x1000;

    /** Arguments, and one readable page that ends where {@code memory} does. */
    private record State(long[] arguments, byte[] memory) implements Evaluator.TargetState {
        @Override
        public long argument(int index) {
            return arguments[index];
        }

        @Override
        public long register(RegisterName name) {
            return 100 + name.ordinal();
        }

        @Override
        public long context(Value.Context.Kind kind) {
            return 7 + kind.ordinal();
        }

        @Override
        public boolean read(long address, byte[] into) {
            long offset = address - BASE;
            if (offset < 0 || offset + into.length > memory.length) {
                return false;
            }
            System.arraycopy(memory, (int) offset, into, 0, into.length);
            return true;
        }
    }

    private static CaptureProgram program(String rest) {
        return Parser.clause(new Source("test", "uprobe:a:f " + rest))
                .then(c -> Slice.of(c, new ArgumentTypes.Function()))
                .orThrow();
    }

    private static Evaluator evaluator(String memory, long... arguments) {
        return new Evaluator(new State(arguments, memory.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static Evaluator.Event capture(String value, String memory, long... arguments) {
        return evaluator(memory, arguments).capture(program("{ x = " + value + " }"));
    }

    private static String text(Evaluator.Event event) {
        return new String(event.fields().getFirst(), StandardCharsets.ISO_8859_1);
    }

    @Test
    void stringsAreWholeCutOrFaulty() {
        assertThat(text(capture("str(arg0)", "hello\0xx", BASE))).isEqualTo("hello\0");
        assertThat(capture("str(arg0, 6)", "hello\0", BASE).cutBits()).isZero();
        Evaluator.Event cut = capture("str(arg0, 5)", "hello\0", BASE);
        assertThat(text(cut)).isEqualTo("hell\0");
        assertThat(cut.cutBits()).isEqualTo(1);
        assertThat(capture("str(arg0, 6)", "hello", BASE).cutBits()).isEqualTo(1);
        Evaluator.Event fault = capture("str(arg0)", "hello", BASE);
        assertThat(text(fault)).isEqualTo("\0");
        assertThat(fault.faultBits()).isEqualTo(1);
        assertThat(fault.cutBits()).isZero();
    }

    @Test
    void buffers() {
        assertThat(capture("buf(arg0, 3)", "hello", BASE).fields().getFirst()).containsExactly(3, 0, 'h', 'e', 'l');
        assertThat(capture("buf(arg0, arg1)", "hello", BASE, 2).fields().getFirst())
                .containsExactly(2, 0, 'h', 'e');
        assertThat(capture("buf(arg0, arg1)", "hello", BASE, 0).fields().getFirst())
                .containsExactly(0, 0);
        assertThat(capture("buf(arg0, arg1)", "hello", BASE, 6).faultBits()).isEqualTo(1);
        Evaluator.Event longer = capture("buf(arg0, arg1)", "x".repeat(300), BASE, -1);
        assertThat(longer.fields().getFirst()).hasSize(242);
        assertThat(longer.cutBits()).isEqualTo(1);
    }

    @Test
    void stringComparison() {
        record Case(String filter, String memory, boolean accepted) {}
        for (Case c : List.of(
                new Case("str(arg0) == \"GET\"", "GET\0", true),
                new Case("str(arg0) == \"GET\"", "GETX\0", false),
                new Case("str(arg0) == \"GET\"", "GE\0", false),
                new Case("str(arg0) == \"GET\"", "GET", false),
                new Case("str(arg0) != \"GET\"", "GET", true),
                new Case("str(arg0, 4) == \"GET\"", "GETX\0", true),
                new Case("str(arg0) == \"\"", "", true),
                new Case("str(arg0) == \"\"", "\0", true),
                new Case("str(arg0) == \"\"", "x\0", false),
                new Case("str(arg0) == \"\\xff\"", "\u00ff\0", true))) {
            assertThat(evaluator(c.memory(), BASE).accepts(program("/ " + c.filter() + " /")))
                    .as(c.toString())
                    .isEqualTo(c.accepted());
        }
    }

    @Test
    void onlyWhatIsEvaluatedCanFault() {
        assertThat(capture("arg0 && *arg1", "", 0, 0).faultBits()).isZero();
        assertThat(capture("arg0 && *arg1", "", 1, 0).faultBits()).isEqualTo(1);
        assertThat(capture("arg0 || *arg1", "", 1, 0).faultBits()).isZero();
        assertThat(capture("arg0 ? *arg1 : 5", "", 0, 0).faultBits()).isZero();
        assertThat(capture("arg0 ? *arg1 : 5", "", 1, 0).faultBits()).isEqualTo(1);
    }

    @Test
    void payloadIsTheRecordAfterItsHeader() {
        CaptureProgram program =
                program("{ a = (uint16)arg0, s = str(arg1), n = *(int8*)arg2, r = (uint8)reg(\"di\") }");
        Evaluator.Event event = evaluator("hi\0\u00fe", 0x12345, BASE, 5).capture(program);
        assertThat(event.payload(program)).containsExactly(4, 0, 0, 0, 0x45, 0x23, 'h', 'i', 0, 0, 107);
        assertThat(program.maxFieldBytes()).isEqualTo(2 + 65 + 1 + 1);
    }

    /** What is folded when constants are given must be what is computed when the same numbers come as arguments. */
    @Test
    void foldingAgreesWithEvaluation() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 6_000; i++) {
            List<Long> numbers = new ArrayList<>();
            String template = expression(random, 1 + random.nextInt(4), numbers);
            String folded = template;
            String computed = template;
            for (int n = 0; n < numbers.size(); n++) {
                folded = folded.replace(
                        "<" + n + ">", numbers.get(n) < 0 ? "(" + numbers.get(n) + ")" : "" + numbers.get(n));
                computed = computed.replace("<" + n + ">", "arg" + n);
            }
            if (dividesByZero(folded)) {
                continue;
            }
            Capture constant = program("{ x = " + folded + " }").captures().getFirst();
            Capture value = program("{ x = " + computed + " }").captures().getFirst();
            State state = new State(numbers.stream().mapToLong(Long::longValue).toArray(), new byte[0]);
            assertThat(constant.value()).as("seed %d, %s", seed, folded).isInstanceOf(Value.Constant.class);
            assertThat(constant.type()).as("seed %d, %s", seed, folded).isEqualTo(value.type());
            assertThat(new Evaluator(state).integer(value.value()))
                    .as("seed %d, %s", seed, folded)
                    .isEqualTo(((Value.Constant) constant.value()).value());
        }
    }

    /** A division by a constant zero is refused, so it can't be compared. */
    private static boolean dividesByZero(String clause) {
        return Parser.clause(new Source("test", "uprobe:a:f { x = " + clause + " }"))
                                .then(c -> Slice.of(c, new ArgumentTypes.Function()))
                        instanceof Result.Failed<CaptureProgram> failed
                && failed.diagnostics().getFirst().problem() == Problem.DIVISION_BY_ZERO;
    }

    private static final String[] OPERATORS = {
        "+", "-", "*", "/", "%", "<<", ">>", "&", "|", "^", "==", "!=", "<", "<=", ">", ">=", "&&", "||"
    };
    private static final String[] TYPES = {"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"};

    /** An expression over {@code (type)<0>}, {@code (type)<1>}...: casts, so that a number that is written has no freedom of type. */
    private static String expression(Random random, int depth, List<Long> numbers) {
        if (depth == 0 || numbers.size() > 20) {
            numbers.add(random.nextBoolean() ? random.nextLong(-3, 4) : random.nextLong() >> random.nextInt(63));
            return "(" + TYPES[random.nextInt(TYPES.length)] + ")<" + (numbers.size() - 1) + ">";
        }
        return switch (random.nextInt(8)) {
            case 0 -> "(-" + integer(random, depth - 1, numbers) + ")";
            case 1 -> "(~" + integer(random, depth - 1, numbers) + ")";
            case 2 -> "(!" + expression(random, depth - 1, numbers) + ")";
            case 3 -> "((" + TYPES[random.nextInt(TYPES.length)] + ")" + expression(random, depth - 1, numbers) + ")";
            case 4 ->
                "(" + expression(random, depth - 1, numbers) + " ? " + integer(random, depth - 1, numbers) + " : "
                        + integer(random, depth - 1, numbers) + ")";
            default ->
                "(" + expression(random, depth - 1, numbers) + " " + OPERATORS[random.nextInt(OPERATORS.length)] + " "
                        + expression(random, depth - 1, numbers) + ")";
        };
    }

    private static String integer(Random random, int depth, List<Long> numbers) {
        return "((" + TYPES[random.nextInt(TYPES.length)] + ")" + expression(random, depth, numbers) + ")";
    }
}
