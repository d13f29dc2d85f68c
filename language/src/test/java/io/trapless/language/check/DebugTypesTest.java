package io.trapless.language.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckOptions.NamedArgument;
import io.trapless.language.checked.CheckOptions.Parameters;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.Cut;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Value;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.types.BitField;
import io.trapless.language.types.StructField;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Programs over what debugging information tells. */
class DebugTypesTest {
    private static final StructLayout PAIR = StructLayout.onDemand(
            "struct pair",
            false,
            layout -> layout.complete(
                    List.of(
                            new StructField("a", Types.INT32, 0, null),
                            new StructField("bits", Types.UINT32, 4, new BitField(4, 3, 5)),
                            new StructField("b", Types.INT64, 8, null)),
                    16,
                    8));

    private static CheckOptions.SiteFacts facts(NamedArgument... arguments) {
        return new CheckOptions.SiteFacts() {
            @Override
            public ArgumentTypes argumentTypes(ProbePattern pattern) {
                return new ArgumentTypes.Unknown();
            }

            @Override
            public Parameters parameters(AttachPoint point) {
                return arguments.length == 0
                        ? new Parameters.Unknown("there is no debugging information")
                        : new Parameters.Known(List.of(arguments));
            }

            @Override
            public @Nullable StructLayout struct(AttachPoint point, String name) {
                return name.equals("struct pair") ? PAIR : null;
            }

            @Override
            public @Nullable String withoutTypes(AttachPoint point) {
                return "the hint";
            }
        };
    }

    private static CheckResult check(String program, NamedArgument... arguments) {
        CheckOptions options = new CheckOptions(
                List.of(), Map.of(), Map.of(), false, false, false, CheckOptions.Files.NONE, facts(arguments));
        return ProgramChecker.check(new Source("stdin", program), options);
    }

    private static CaptureProgram captures(ArgumentTypes types, String program, NamedArgument... arguments) {
        assertThat(check(program, arguments)).isInstanceOf(CheckResult.Ok.class);
        CheckedProgram checked = ((CheckResult.Ok) check(program, arguments)).program();
        Cut cut = checked.actions().getFirst().cut();
        assertThat(cut).isNotNull();
        return cut.captures().apply(types);
    }

    private static String failure(String program, NamedArgument... arguments) {
        assertThat(check(program, arguments)).isInstanceOf(CheckResult.Failed.class);
        return ((CheckResult.Failed) check(program, arguments)).text();
    }

    private static final NamedArgument COUNT = new NamedArgument("count", Types.INT32, 1, "");
    private static final NamedArgument BY_VALUE = new NamedArgument("p", new Type.Struct(PAIR), 2, "");
    private static final NamedArgument ON_STACK = new NamedArgument("s", new Type.Struct(PAIR), 7, "");
    private static final NamedArgument REAL =
            new NamedArgument("real", new Type.Floating(8), NamedArgument.UNREADABLE, "the reason");

    @Test
    void aParameterIsItsArgumentWithItsType() {
        CaptureProgram captured = captures(
                new ArgumentTypes.Function(), "uprobe:./a:f { print((args.count, args->count)); }", COUNT, REAL);
        assertThat(captured.captures()).hasSize(1);
        assertThat(captured.captures().getFirst().value())
                .isEqualTo(new Value.Cast(new Value.Argument(1, 8, false), 4, true));
    }

    @Test
    void aStructureInRegistersIsTakenApart() {
        CaptureProgram captured = captures(
                new ArgumentTypes.Function(), "uprobe:./a:f { print((args.p.a, args.p.b, args.p.bits)); }", BY_VALUE);
        // each word once: what is done with it runs outside
        assertThat(captured.captures()).hasSize(2);
        assertThat(captured.captures())
                .extracting(capture -> capture.value())
                .containsExactly(new Value.Argument(2, 8, false), new Value.Argument(3, 8, false));
    }

    @Test
    void aStructureInMemoryIsReadAboveTheReturnAddress() {
        CaptureProgram captured = captures(new ArgumentTypes.Function(), "uprobe:./a:f { print(args.s.b); }", ON_STACK);
        assertThat(captured.captures()).hasSize(1);
        // the return address, one word of arguments before it, and the offset of b
        assertThat(captured.captures().getFirst().value().toString())
                .contains("RSP", "24")
                .startsWith("Load[");
    }

    @Test
    void whereItIsInlinedAnArgumentHasItsOwnTypeOrIsZero() {
        String program = "uprobe:./a:f { print((args.count, arg5)); }";
        CaptureType word = new CaptureType.Int(8, false, CaptureType.Base.DEC);
        CaptureType count = new CaptureType.Int(4, true, CaptureType.Base.DEC);
        CaptureProgram captured = captures(new ArgumentTypes.Inlined(List.of(word, count)), program, COUNT);
        assertThat(captured.captures())
                .extracting(capture -> capture.value())
                .containsExactly(new Value.Argument(1, 4, true), new Value.Constant(0, 8, false));
    }

    @Test
    void whatCanNotBeReadIsRefused() {
        assertThat(failure("uprobe:./a:f { print(args.real); }", COUNT, REAL))
                .contains("Can not read parameter 'real': the reason");
        assertThat(failure("uprobe:./a:f { print(args.other); }", COUNT, REAL))
                .contains("Cannot find function parameter 'other'", "its parameters are count, real");
        assertThat(failure("uprobe:./a:f { print(args.count); }"))
                .contains("Cannot read function parameters", "there is no debugging information; without it use arg0");
        assertThat(failure("uretprobe:./a:f { print(args.count); }", COUNT)).contains("uretprobe used here");
        assertThat(failure("uprobe:./a:f { print(((struct none *)arg0)->x); }", COUNT))
                .contains("Cannot resolve unknown type \"struct none\"", "HINT: the hint");
        NamedArgument array = new NamedArgument("words", new Type.Array(Types.UINT64, 2), 0, "");
        assertThat(failure("uprobe:./a:f { print(args.words); }", array)).contains("can't be taken apart");
    }

    @Test
    void typesOfTheFileNeedNoDefinition() {
        assertThat(check("uprobe:./a:f { print(((struct pair *)arg0)->b); print(sizeof(struct pair)); }"))
                .isInstanceOf(CheckResult.Ok.class);
        assertThat(failure("uprobe:./a:f { print(((struct pair *)arg0)->c); }"))
                .contains("does not contain a field named 'c'");
        // what the program defines goes first
        assertThat(check("struct pair { int c; } uprobe:./a:f { print(((struct pair *)arg0)->c); }"))
                .isInstanceOf(CheckResult.Ok.class);
    }
}
