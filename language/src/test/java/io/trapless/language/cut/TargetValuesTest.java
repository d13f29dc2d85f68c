package io.trapless.language.cut;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.check.ProgramChecker;
import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.Cut;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Evaluator;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.UnaryOperator;
import io.trapless.language.slice.Value;
import io.trapless.language.types.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** The cut changes nothing: a random expression gives the same number when it is computed in the target, and when its leaves are captured and it is computed outside. */
class TargetValuesTest {
    private static final int PROGRAMS = 400;

    /** A target in which every address can be read and each byte tells of its address. */
    private static final class Target implements Evaluator.TargetState {
        private final long seed;

        Target(long seed) {
            this.seed = seed;
        }

        @Override
        public long argument(int index) {
            return mix(index);
        }

        @Override
        public long register(RegisterName name) {
            return mix(100 + name.ordinal());
        }

        @Override
        public long context(Value.Context.Kind kind) {
            return mix(200 + kind.ordinal()) >>> (kind == Value.Context.Kind.NSECS ? 1 : 33);
        }

        @Override
        public boolean read(long address, byte[] into) {
            for (int i = 0; i < into.length; i++) {
                into[i] = (byte) mix(address + i);
            }
            return true;
        }

        /** Some small numbers among large ones. */
        private long mix(long key) {
            long x = (key + seed) * 0x9E3779B97F4A7C15L;
            x ^= x >>> 29;
            return (x & 7) == 0 ? (x >>> 3) & 3 : x * 0xBF58476D1CE4E5B9L;
        }
    }

    @Test
    void whatIsComputedInsideIsWhatIsComputedOutside() {
        long seed = Long.getLong("trapless.seed", System.nanoTime());
        System.out.println("cut: -Dtrapless.seed=" + seed);
        Random random = new Random(seed);
        int compared = 0;
        for (int i = 0; i < PROGRAMS; i++) {
            String expression = expression(random, 4);
            String program = "uprobe:./a:f /(" + expression + ") != 0/ { print(" + expression + ") }";
            if (ProgramChecker.check(new Source("stdin", program), CheckOptions.none())
                    instanceof CheckResult.Ok(CheckedProgram checked)) {
                compared += compare(checked.actions().getFirst(), new Target(random.nextLong()), program);
            }
        }
        // Most random expressions are right.
        assertThat(compared).isGreaterThan(PROGRAMS / 2);
    }

    private static int compare(CheckedAction action, Target target, String program) {
        Cut cut = action.cut();
        assertThat(cut).as(program).isNotNull();
        CaptureProgram inside = cut.atFunction();
        Value filter = inside.filter();
        if (filter == null) {
            return 0;
        }
        Evaluator evaluator = new Evaluator(target);
        boolean accepted = evaluator.accepts(inside);
        List<byte[]> fields = evaluator.capture(inside).fields();
        long outside = number(printed(cut.handler()), fields);
        assertThat(accepted).as(program + " gives " + outside).isEqualTo(outside != 0);
        return 1;
    }

    private static CheckedExpression printed(CheckedStatement.Block handler) {
        CheckedStatement.Evaluate statement =
                (CheckedStatement.Evaluate) handler.statements().getLast();
        return ((CheckedExpression.PrintValue) statement.expression()).value();
    }

    /** A small reading of the checked tree, written from its documentation. */
    private static long number(CheckedExpression e, List<byte[]> fields) {
        return switch (e) {
            case CheckedExpression.NumberConstant n -> n.value();
            case CheckedExpression.Captured c -> cut(field(fields.get(c.field())), c.type());
            case CheckedExpression.Unary u -> {
                long operand = number(u.operand(), fields);
                yield cut(
                        u.operator() == UnaryOperator.NOT
                                ? (operand == 0 ? 1 : 0)
                                : u.operator() == UnaryOperator.NEGATE ? -operand : ~operand,
                        u.type());
            }
            case CheckedExpression.Convert c ->
                c.type() instanceof Type.Bool
                        ? (number(c.operand(), fields) != 0 ? 1 : 0)
                        : cut(number(c.operand(), fields), c.type());
            case CheckedExpression.Conditional c ->
                number(c.condition(), fields) != 0 ? number(c.whenTrue(), fields) : number(c.whenFalse(), fields);
            case CheckedExpression.Binary b ->
                cut(
                        binary(b.operator(), number(b.left(), fields), number(b.right(), fields), b.signedOperation()),
                        b.type());
            default -> throw new AssertionError("no number: " + e);
        };
    }

    private static long binary(BinaryOperator operator, long a, long b, boolean signed) {
        int order = signed ? Long.compare(a, b) : Long.compareUnsigned(a, b);
        return switch (operator) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> b == 0 ? 1 : signed ? a / b : Long.divideUnsigned(a, b);
            case MODULO -> b == 0 ? 1 : signed ? a % b : Long.remainderUnsigned(a, b);
            case SHIFT_LEFT -> a << b;
            case SHIFT_RIGHT -> signed ? a >> b : a >>> b;
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case EQUAL -> a == b ? 1 : 0;
            case NOT_EQUAL -> a != b ? 1 : 0;
            case LESS -> order < 0 ? 1 : 0;
            case LESS_OR_EQUAL -> order <= 0 ? 1 : 0;
            case GREATER -> order > 0 ? 1 : 0;
            case GREATER_OR_EQUAL -> order >= 0 ? 1 : 0;
            case LOGICAL_AND -> a != 0 && b != 0 ? 1 : 0;
            case LOGICAL_OR -> a != 0 || b != 0 ? 1 : 0;
        };
    }

    private static long field(byte[] bytes) {
        byte[] wide = new byte[Long.BYTES];
        System.arraycopy(bytes, 0, wide, 0, bytes.length);
        return ByteBuffer.wrap(wide).order(ByteOrder.LITTLE_ENDIAN).getLong();
    }

    private static long cut(long value, Type type) {
        int unused = Long.SIZE - 8 * Math.max(1, type.sizeInBytes());
        return type.isSigned() ? value << unused >> unused : value << unused >>> unused;
    }

    private static String expression(RandomGenerator random, int depth) {
        if (depth == 0 || random.nextInt(6) == 0) {
            return switch (random.nextInt(5)) {
                case 0 -> Integer.toString(random.nextInt(5) == 0 ? random.nextInt() >>> 1 : random.nextInt(9));
                case 1 -> "arg" + random.nextInt(6);
                case 2 -> "reg(\"bx\")";
                case 3 -> "*(" + type(random) + "*)arg" + random.nextInt(3);
                default -> "((" + type(random) + "*)arg1)[" + random.nextInt(4) + "]";
            };
        }
        String a = expression(random, depth - 1);
        return switch (random.nextInt(5)) {
            case 0 -> "(" + type(random) + ")(" + a + ")";
            case 1 -> List.of("!", "~", "-").get(random.nextInt(3)) + "(" + a + ")";
            case 2 -> "(" + a + ") ? (" + expression(random, depth - 1) + ") : (" + expression(random, depth - 1) + ")";
            default -> {
                List<String> operators = List.of(
                        "+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>", "==", "!=", "<", "<=", ">", ">=", "&&",
                        "||");
                yield "(" + a + ") " + operators.get(random.nextInt(operators.size())) + " ("
                        + expression(random, depth - 1) + ")";
            }
        };
    }

    private static String type(RandomGenerator random) {
        return (random.nextBoolean() ? "int" : "uint") + (8 << random.nextInt(4));
    }
}
