package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.FormatText;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.AggregateKind;
import io.trapless.language.types.Type;
import java.util.List;

/** Functions that print, and {@code exit}. */
final class OutputCalls {
    private static final int MAX_FORMAT_ARGUMENTS = 128;

    private final ActionState state;
    private final Expressions expressions;

    OutputCalls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    Term formatted(Expression.Call call) {
        Span span = call.span();
        if (call.function().equals("system") && !state.program.options.unsafe()) {
            throw state.fail(span, "system() is an unsafe function being used in safe mode");
        }
        List<Term> arguments = Calls.checked(state, expressions, call, 1, MAX_FORMAT_ARGUMENTS);
        FormatText format = FormatParser.parse(Calls.literalText(state, call, arguments.getFirst()));
        List<CheckedExpression> values =
                arguments.subList(1, arguments.size()).stream().map(Term::node).toList();
        FormatParser.check(state, format, values, span);
        CheckedExpression.FormatTarget target = switch (call.function()) {
            case "errorf" -> CheckedExpression.FormatTarget.ERRORF;
            case "warnf" -> CheckedExpression.FormatTarget.WARNF;
            case "system" -> CheckedExpression.FormatTarget.SYSTEM;
            case "cat" -> CheckedExpression.FormatTarget.CAT;
            default -> CheckedExpression.FormatTarget.PRINTF;
        };
        return Term.of(new CheckedExpression.Format(target, format, values, span));
    }

    Term print(Expression.Call call) {
        Arguments.requireCount(state, call, 1, 3);
        List<Expression> arguments = Arguments.expressions(state, call);
        long top = natural(call, arguments, 1);
        long div = natural(call, arguments, 2);
        Expression first = arguments.getFirst();
        if (first instanceof Expression.MapAccess access && access.keys().isEmpty()) {
            return printMap(call, access, top, div);
        }
        Term value = expressions.check(first);
        Type type = value.type();
        if (type instanceof Type.Aggregate(AggregateKind kind, boolean _)
                && (kind == AggregateKind.HIST || kind == AggregateKind.LHIST || kind == AggregateKind.TSERIES)) {
            throw state.fail(
                    call.span(),
                    "Map type " + type.text()
                            + " cannot print the value of individual keys. You must print the whole map.");
        }
        boolean printable = !(type instanceof Type.None)
                && !(type instanceof Type.Nothing)
                && !(type instanceof Type.Special s && s.kind() == Type.Special.Kind.TIMESTAMP_MODE);
        if (!printable) {
            throw state.fail(call.span(), type.text() + " type passed to print() is not printable");
        }
        if (arguments.size() != 1) {
            throw state.fail(call.span(), "Non-map print() only takes 1 argument, " + arguments.size() + " found");
        }
        return Term.of(new CheckedExpression.PrintValue(value.node(), call.span()));
    }

    private Term printMap(Expression.Call call, Expression.MapAccess access, long top, long div) {
        MapState map = expressions.maps().named(access);
        if (state.inLoop()) {
            state.warn(
                    call.span(),
                    "Due to it's asynchronous nature using 'print()' in a loop can lead to unexpected behavior. The map will likely be updated before the runtime can 'print' it.");
        }
        if (map.valueType instanceof Type.Aggregate(AggregateKind kind, boolean _)
                && kind == AggregateKind.STATS
                && call.arguments().size() > 1) {
            state.warn(call.span(), "print()'s top and div arguments are ignored when used on stats() maps.");
        }
        return Term.of(new CheckedExpression.PrintMap(state.program.anyDescriptor(map), top, div, call.span()));
    }

    private long natural(Expression.Call call, List<Expression> arguments, int index) {
        if (index >= arguments.size()) {
            return 0;
        }
        Term term = expressions.check(arguments.get(index));
        if (!term.isNaturalLiteral()) {
            throw state.fail(
                    call.span(), "print() expects a int literal (" + term.type().family() + " provided)");
        }
        return term.number() < 0 ? Long.MAX_VALUE : term.number();
    }

    Term join(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 1, 2);
        Term array = arguments.getFirst();
        if (!array.type().isInteger() && !(array.type() instanceof Type.Pointer)) {
            throw state.fail(
                    call.span(),
                    "join() only supports int or pointer arguments ("
                            + array.type().family() + " provided)");
        }
        String separator = arguments.size() > 1 ? Calls.literalText(state, call, arguments.get(1)) : " ";
        return Term.of(new CheckedExpression.Join(array.node(), separator, call.span()));
    }

    Term time(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 0, 1);
        String format = arguments.isEmpty() ? "%H:%M:%S\n" : Calls.literalText(state, call, arguments.getFirst());
        return Term.of(new CheckedExpression.PrintTime(format, call.span()));
    }

    Term exit(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 0, 1);
        if (arguments.isEmpty()) {
            return Term.of(new CheckedExpression.Exit(null, call.span()));
        }
        Term status = arguments.getFirst();
        if (!status.type().isInteger()) {
            throw Calls.unsupported(state, call, "int", status.type());
        }
        return Term.of(new CheckedExpression.Exit(status.node(), call.span()));
    }
}
