package io.trapless.language.slice;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks a clause and makes of it what has to run in the target. */
public final class Slice {
    private final Clause clause;
    private final ArgumentTypes arguments;
    private final Lowering lowering;
    private final List<Diagnostic> diagnostics = new ArrayList<>();

    private Slice(Clause clause, ArgumentTypes arguments) {
        this.clause = clause;
        this.arguments = arguments;
        this.lowering = new Lowering(clause.probes(), arguments);
    }

    /**
     * The capture program of {@code clause} at a site with {@code arguments}. For a USDT probe it has to be made for each set of operand types that the probe's sites have.
     */
    public static Result<CaptureProgram> of(Clause clause, ArgumentTypes arguments) {
        return new Slice(clause, arguments).program();
    }

    /** Reports what is wrong with {@code clause} whatever the site, before one is looked for. */
    public static Result<Clause> check(Clause clause) {
        return of(clause, new ArgumentTypes.Unknown()).then(_ -> new Result.Ok<>(clause));
    }

    private Result<CaptureProgram> program() {
        Value filter = filter();
        List<Expression.NamedValue> fields = clause.fields();
        boolean allArguments = fields == null && arguments instanceof ArgumentTypes.Note;
        List<Capture> captures = allArguments ? allArguments() : fields(fields == null ? List.of() : fields);
        return diagnostics.isEmpty()
                ? new Result.Ok<>(new CaptureProgram(clause.probes(), filter, captures, allArguments))
                : new Result.Failed<>(clause.source(), diagnostics);
    }

    private @Nullable Value filter() {
        Expression filter = clause.filter();
        if (filter == null) {
            return null;
        }
        try {
            return compilable(filter, lowering.condition(filter));
        } catch (Rejected rejected) {
            diagnostics.add(rejected.diagnostic());
            return null;
        }
    }

    private List<Capture> fields(List<Expression.NamedValue> fields) {
        List<Capture> captures = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            Expression.NamedValue field = fields.get(i);
            try {
                if (i == Limits.MAX_CAPTURES) {
                    diagnostics.add(Problem.TOO_MANY_CAPTURES
                            .at(field.nameSpan(), Limits.MAX_CAPTURES)
                            .hint("spread the fields over two clauses"));
                    break;
                }
                captures.add(field(field, i));
            } catch (Rejected rejected) {
                diagnostics.add(rejected.diagnostic());
            }
        }
        return captures;
    }

    private Capture field(Expression.NamedValue field, int index) {
        if (field.name().startsWith("_")) {
            throw new Rejected(Problem.RESERVED_FIELD
                    .at(field.nameSpan(), "'" + field.name() + "'")
                    .hint("names that begin with _ are the trace's own"));
        }
        Capture capture = capture(field);
        if (capture.mayFault() && index >= Limits.MAX_FAULT_BITS) {
            throw new Rejected(Problem.TOO_MANY_FAULTS
                    .at(field.value().span(), Limits.MAX_FAULT_BITS)
                    .hint("put the fields that follow pointers first"));
        }
        return capture;
    }

    private Capture capture(Expression.NamedValue field) {
        Expression expression = field.value();
        CaptureType noteType = noteType(expression);
        Operand operand = lowering.lower(expression);
        Value value = compilable(expression, operand.value());
        if (noteType != null) {
            return new Capture(field.name(), noteType, value);
        }
        CaptureType type = switch (operand.type()) {
            case Type.Str s when operand.literal() == null -> new CaptureType.Str(s.sizeBytes() - 1);
            case Type.Str _ ->
                throw new Rejected(Problem.NOT_IN_CLAUSE
                        .at(expression.span(), "a string literal as a field")
                        .hint("str(POINTER) captures a string of the target"));
            case Type.Buf b -> new CaptureType.Buf(b.maxBytes());
            case Type.Stack s -> new CaptureType.Frames(s.limit());
            case Type.Pointer _ -> new CaptureType.Int(8, false, CaptureType.Base.HEX);
            default ->
                new CaptureType.Int(operand.type().sizeInBytes(), operand.type().isSigned(), CaptureType.Base.DEC);
        };
        return new Capture(field.name(), type, value);
    }

    /** The note's own type, if {@code expression} is a bare argument of a USDT probe. */
    private @Nullable CaptureType noteType(Expression expression) {
        if (arguments instanceof ArgumentTypes.Note note && expression instanceof Expression.Name name) {
            int index = Lowering.argumentIndex(name.name());
            return index >= 0 && index < note.types().size() ? note.types().get(index) : null;
        }
        return null;
    }

    private List<Capture> allArguments() {
        List<Capture> captures = new ArrayList<>();
        if (arguments instanceof ArgumentTypes.Note note) {
            int count = Math.min(note.types().size(), Limits.MAX_CAPTURES);
            for (int i = 0; i < count; i++) {
                captures.add(new Capture(
                        "arg" + i,
                        note.types().get(i),
                        Lowering.argument(i, note.types().get(i)).value()));
            }
        }
        return captures;
    }

    private static Value compilable(Expression expression, Value value) {
        if (Folding.depth(value) > Limits.MAX_DEPTH) {
            throw new Rejected(Problem.TOO_COMPLEX.at(expression.span()).hint("spread it over several clauses"));
        }
        return value;
    }
}
