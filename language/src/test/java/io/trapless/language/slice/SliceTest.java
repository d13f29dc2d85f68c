package io.trapless.language.slice;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.syntax.Parser;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SliceTest {
    private static final CaptureType.Int INT32 = new CaptureType.Int(4, true, CaptureType.Base.DEC);
    private static final CaptureType.Int UINT64 = new CaptureType.Int(8, false, CaptureType.Base.DEC);
    private static final ArgumentTypes FUNCTION = new ArgumentTypes.Function();

    private static Result<CaptureProgram> slice(String clause, ArgumentTypes arguments) {
        return Parser.clause(new Source("test", clause)).then(c -> Slice.of(c, arguments));
    }

    private static CaptureProgram function(String rest) {
        return slice("uprobe:libc:malloc " + rest, FUNCTION).orThrow();
    }

    private static Capture field(String expression) {
        return function("{ x = " + expression + " }").captures().getFirst();
    }

    private static Problem problem(String clause, ArgumentTypes arguments) {
        return ((Result.Failed<CaptureProgram>) slice(clause, arguments))
                .diagnostics()
                .getFirst()
                .problem();
    }

    private static Value arg(int index) {
        return new Value.Argument(index, 8, false);
    }

    @Test
    void aFunctionRecordsNothingUnasked() {
        CaptureProgram program = function("");
        assertThat(program.captures()).isEmpty();
        assertThat(program.filter()).isNull();
        assertThat(program.allArguments()).isFalse();
        assertThat(program.mayFault()).isFalse();
    }

    @Test
    void aStaticProbeRecordsAllItsArguments() {
        List<CaptureType> types = List.of(INT32, new CaptureType.Floating(8), UINT64);
        CaptureProgram program =
                slice("usdt:a:b:c", new ArgumentTypes.Note(types)).orThrow();
        assertThat(program.allArguments()).isTrue();
        assertThat(program.captures())
                .containsExactly(
                        new Capture("arg0", INT32, new Value.Argument(0, 4, true)),
                        new Capture("arg1", new CaptureType.Floating(8), new Value.Argument(1, 8, false)),
                        new Capture("arg2", UINT64, new Value.Argument(2, 8, false)));
    }

    @Test
    void aBareArgumentKeepsTheTypeOfTheNote() {
        ArgumentTypes note = new ArgumentTypes.Note(List.of(INT32, new CaptureType.Floating(4)));
        CaptureProgram program = slice("usdt:a:b:c / arg0 < 0 / { n = arg0, d = arg1, w = arg0 + 1 }", note)
                .orThrow();
        assertThat(program.captures().get(0).type()).isEqualTo(INT32);
        assertThat(program.captures().get(1).type()).isEqualTo(new CaptureType.Floating(4));
        assertThat(program.captures().get(2).type()).isEqualTo(new CaptureType.Int(8, true, CaptureType.Base.DEC));
        assertThat(((Value.Binary) Objects.requireNonNull(program.filter())).signedOperation())
                .isTrue();
        assertThat(problem("usdt:a:b:c { x = arg1 + 1 }", note)).isEqualTo(Problem.FLOAT_ARITHMETIC);
        assertThat(problem("usdt:a:b:c / arg1 /", note)).isEqualTo(Problem.FLOAT_ARITHMETIC);
        assertThat(problem("usdt:a:b:c { x = arg2 }", note)).isEqualTo(Problem.NO_SUCH_ARGUMENT);
    }

    @Test
    void integersAndPointers() {
        assertThat(field("arg0")).isEqualTo(new Capture("x", UINT64, arg(0)));
        assertThat(field("(int32)arg1")).isEqualTo(new Capture("x", INT32, new Value.Cast(arg(1), 4, true)));
        assertThat(field("(uint8*)arg0").type()).isEqualTo(new CaptureType.Int(8, false, CaptureType.Base.HEX));
        assertThat(field("arg0 > 4096").type()).isEqualTo(new CaptureType.Int(1, false, CaptureType.Base.DEC));
        assertThat(field("*(uint32*)arg0").value()).isEqualTo(new Value.Load(arg(0), 4, false));
        assertThat(field("*(int16*)(arg0 + 6)").value())
                .isEqualTo(new Value.Load(
                        new Value.Binary(BinaryOperator.ADD, arg(0), new Value.Constant(6, 1, true), false), 2, true));
        assertThat(field("((uint32*)arg0)[3]").value())
                .isEqualTo(new Value.Load(
                        new Value.Binary(BinaryOperator.ADD, arg(0), new Value.Constant(12, 8, false), false),
                        4,
                        false));
        assertThat(field("*arg0").value()).isEqualTo(new Value.Load(arg(0), 8, false));
        assertThat(field("**(uint16**)arg0").value())
                .isEqualTo(new Value.Load(new Value.Load(arg(0), 8, false), 2, false));
        assertThat(field("reg(\"ax\")").value()).isEqualTo(new Value.Register(RegisterName.RAX, 8));
        assertThat(field("tid"))
                .isEqualTo(new Capture(
                        "x",
                        new CaptureType.Int(4, false, CaptureType.Base.DEC),
                        new Value.Context(Value.Context.Kind.TID)));
    }

    @Test
    void strings() {
        assertThat(field("str(arg0)"))
                .isEqualTo(new Capture("x", new CaptureType.Str(64), new Value.StringAt(arg(0), 64)));
        assertThat(field("str(arg0, 16)").value()).isEqualTo(new Value.StringAt(arg(0), 15));
        assertThat(field("buf(arg0, 16)").value())
                .isEqualTo(new Value.BytesAt(arg(0), new Value.Constant(16, 1, true), 16));
        assertThat(field("buf(arg0, arg1)").type()).isEqualTo(new CaptureType.Buf(240));
        Value equal = new Value.StringEquals(new Value.StringAt(arg(0), 64), "GET");
        assertThat(function("/ str(arg0) == \"GET\" /").filter()).isEqualTo(equal);
        assertThat(function("/ \"GET\" != str(arg0) /").filter()).isEqualTo(new Value.Unary(UnaryOperator.NOT, equal));
    }

    @Test
    void signednessOfComparisons() {
        record Case(String text, boolean signed) {}
        for (Case c : List.of(
                new Case("arg0 > 4096", false),
                new Case("arg0 > -1", true),
                new Case("4096 < arg0", false),
                new Case("(int32)arg0 > 5", true),
                new Case("(int32)arg0 > (uint32)arg1", true),
                new Case("(uint32)arg0 > (uint8)arg1", false),
                new Case("arg0 - arg1 > 5", true),
                new Case("(uint8*)arg0 > 5", false))) {
            assertThat(((Value.Binary) field(c.text()).value()).signedOperation())
                    .as(c.text())
                    .isEqualTo(c.signed());
        }
    }

    @Test
    void registersHaveTheNamesOfBpftraceAndOfTheManuals() {
        for (RegisterName register : RegisterName.values()) {
            assertThat(RegisterName.of(register.text())).isEqualTo(register);
            assertThat(RegisterName.of(register.name())).isEqualTo(register);
        }
        assertThat(RegisterName.R9.text()).isEqualTo("r9");
        assertThat(RegisterName.RSP.text()).isEqualTo("sp");
        assertThat(RegisterName.of("8")).isNull();
        assertThat(RegisterName.of("")).isNull();
        assertThat(RegisterName.of("pc")).isEqualTo(RegisterName.RIP);
        assertThat(RegisterName.RSI.number()).isEqualTo(6);
    }

    @Test
    void limits() {
        assertThat(function(fields(32, "arg0")).captures()).hasSize(32);
        assertThat(problem("uprobe:a:f " + fields(33, "arg0"), FUNCTION)).isEqualTo(Problem.TOO_MANY_CAPTURES);
        assertThat(function(fields(16, "*arg0")).captures()).hasSize(16);
        assertThat(problem("uprobe:a:f " + fields(17, "*arg0"), FUNCTION)).isEqualTo(Problem.TOO_MANY_FAULTS);
        assertThat(field("str(arg0, 241)").type()).isEqualTo(new CaptureType.Str(240));
        assertThat(problem("uprobe:a:f { x = str(arg0, 242) }", FUNCTION)).isEqualTo(Problem.STRING_LENGTH);
        assertThat(problem("uprobe:a:f { x = buf(arg0, 241) }", FUNCTION)).isEqualTo(Problem.BUFFER_LENGTH);
        assertThat(problem("uprobe:a:f { x = " + "*".repeat(64) + "arg0 }", FUNCTION))
                .isEqualTo(Problem.TOO_COMPLEX);
        assertThat(problem("uprobe:a:f { x = arg32 }", FUNCTION)).isEqualTo(Problem.NO_SUCH_ARGUMENT);
    }

    private static String fields(int count, String value) {
        return IntStream.range(0, count)
                .mapToObj(i -> "f" + i + " = " + value)
                .collect(Collectors.joining(", ", "{ ", " }"));
    }

    @Test
    void returnProbesHaveAValueAndNoArguments() {
        CaptureProgram program =
                slice("ur:libc:malloc { p = retval }", FUNCTION).orThrow();
        assertThat(program.captures().getFirst().value()).isEqualTo(new Value.Register(RegisterName.RAX, 8));
        assertThat(problem("ur:libc:malloc { p = arg0 }", FUNCTION)).isEqualTo(Problem.NO_SUCH_ARGUMENT);
        assertThat(problem("u:libc:malloc,ur:libc:malloc { p = retval }", FUNCTION))
                .isEqualTo(Problem.RETVAL_IN_ENTRY);
    }

    @Test
    void everyErrorOfAClauseIsReported() {
        var failed =
                (Result.Failed<CaptureProgram>) slice("uprobe:a:f / foo / { x = bar, y = arg0, z = baz() }", FUNCTION);
        assertThat(failed.diagnostics()).hasSize(3);
    }
}
