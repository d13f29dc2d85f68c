package io.trapless.language.slice;

import io.trapless.fuzz.Fuzzing;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.SyntaxPrinter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;

/** Takes bytes for what a user writes. Nothing may be thrown; what is understood must mean the same when it is printed and read again, and must be computable. */
public final class LanguageFuzz {
    private static final CaptureType.Int INT32 = new CaptureType.Int(4, true, CaptureType.Base.DEC);
    private static final List<ArgumentTypes> SITES = List.of(
            new ArgumentTypes.Function(),
            new ArgumentTypes.Unknown(),
            new ArgumentTypes.Note(List.of()),
            new ArgumentTypes.Note(List.of(INT32, new CaptureType.Floating(8))));

    /** Every third address can be read. */
    private static final Evaluator.TargetState STATE = new Evaluator.TargetState() {
        @Override
        public long argument(int index) {
            return index * 3L - 1;
        }

        @Override
        public long register(RegisterName name) {
            return name.ordinal();
        }

        @Override
        public long context(Value.Context.Kind kind) {
            return kind.ordinal();
        }

        @Override
        public boolean read(long address, byte[] into) {
            java.util.Arrays.fill(into, (byte) address);
            return address % 3 == 0;
        }
    };

    private LanguageFuzz() {}

    /** Called by Jazzer. The first byte chooses what the others are. */
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length == 0) {
            return;
        }
        String text = new String(input, 1, input.length - 1, StandardCharsets.UTF_8);
        Fuzzing.measured(input, () -> read(input[0] & 3, text));
    }

    private static void read(int kind, String text) {
        Source source = new Source("-e", text);
        switch (kind) {
            case 0 -> clause(source);
            case 1 -> again(source, Parser::expression, (Expression e) -> SyntaxPrinter.print(e));
            case 2 -> told(Parser.program(source));
            default -> told(Parser.attachPoint(source));
        }
    }

    private static void clause(Source source) {
        again(source, Parser::clause, (Clause c) -> SyntaxPrinter.print(c));
        if (Parser.clause(source) instanceof Result.Ok<Clause> ok) {
            told(Slice.check(ok.value()));
            for (ArgumentTypes arguments : SITES) {
                Result<CaptureProgram> sliced = Slice.of(ok.value(), arguments);
                if (sliced instanceof Result.Ok<CaptureProgram> program) {
                    evaluate(program.value());
                } else {
                    told(sliced);
                }
            }
        }
    }

    private static void evaluate(CaptureProgram program) {
        Evaluator evaluator = new Evaluator(STATE);
        evaluator.accepts(program);
        int length = evaluator.capture(program).fields().stream()
                .mapToInt(f -> f.length)
                .sum();
        if (length > program.maxFieldBytes()) {
            throw new AssertionError(length + " bytes where " + program.maxFieldBytes() + " are the most");
        }
    }

    /** The printed form may refuse to be read for one reason only: parentheses make it deeper than what was written. */
    private static <T> void again(Source source, Function<Source, Result<T>> parser, Function<T, String> printer) {
        Result<T> first = parser.apply(source);
        told(first);
        if (first instanceof Result.Ok<T> ok) {
            String printed = printer.apply(ok.value());
            String twice =
                    printer.apply(parser.apply(new Source("printed", printed)).orThrow());
            if (!printed.equals(twice)) {
                throw new AssertionError(
                        "'" + source.text() + "' is printed as '" + printed + "', that as '" + twice + "'");
            }
        }
    }

    private static void told(Result<?> result) {
        if (result instanceof Result.Failed<?> failed && !failed.text().contains(": error: ")) {
            throw new AssertionError("an error without a sentence: " + failed.text());
        }
    }
}
