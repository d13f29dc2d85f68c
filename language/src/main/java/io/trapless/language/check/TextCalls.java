package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.Conversion;
import io.trapless.language.checked.EventValue;
import io.trapless.language.checked.Function;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.List;

/** Functions on strings, and functions that give strings. */
final class TextCalls {
    private static final Type.Str NAME = new Type.Str(64);
    private static final Type.Str CONCATENATION = new Type.Str(1024);

    private final ActionState state;
    private final Expressions expressions;

    TextCalls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    private static Term call(Function function, List<CheckedExpression> arguments, Type type, Span span) {
        return Term.of(new CheckedExpression.Call(function, arguments, type, span));
    }

    /** A string, an array of characters or a pointer to some, as a string. */
    private CheckedExpression string(Term term, Span span) {
        return switch (term.type()) {
            case Type.Str _ -> term.node();
            case Type.Array array -> {
                requireCharacters(array.element(), "arrays must contain", span);
                yield new CheckedExpression.Convert(
                        Conversion.ARRAY_TO_STRING, term.node(), new Type.Str(array.length()), span);
            }
            case Type.Pointer pointer -> {
                requireCharacters(pointer.target(), "pointers must point to", span);
                yield new CheckedExpression.ReadString(
                        term.node(), null, new Type.Str(state.program.settings.maxStrlen()), span);
            }
            default -> throw state.fail(span, "string-like values must be either strings, arrays or pointers");
        };
    }

    private void requireCharacters(Type type, String verb, Span span) {
        if (!type.equals(Types.INT8)) {
            throw state.fail(span, "string-like " + verb + " a char-like type");
        }
    }

    void requireString(Term term, Span span) {
        CheckedExpression string = string(term, span);
        expressions.requireValue(Term.of(string), span);
    }

    Term strlen(Expression.Call call) {
        Term argument = Calls.checked(state, expressions, call, 1, 1).getFirst();
        return call(Function.STRLEN, List.of(string(argument, call.span())), Types.UINT64, call.span());
    }

    /** The room of a string; the length of one behind a pointer. */
    Term strcap(Expression.Call call) {
        Term argument = Calls.checked(state, expressions, call, 1, 1).getFirst();
        CheckedExpression string = string(argument, call.span());
        return argument.type() instanceof Type.Pointer
                ? call(Function.STRLEN, List.of(string), Types.UINT64, call.span())
                : Literals.number(argument.type().sizeInBytes(), false, call.span());
    }

    Term strncmp(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 3, 3);
        if (!arguments.get(2).isNaturalLiteral()) {
            throw state.fail(call.span(), "Builtin strncmp requires a non-negative literal");
        }
        for (int i = 0; i < 2; i++) {
            if (!(arguments.get(i).type() instanceof Type.Str)) {
                throw Calls.unsupported(state, call, "string", arguments.get(i).type());
            }
        }
        return call(Function.STRNCMP, arguments.stream().map(Term::node).toList(), Types.UINT64, call.span());
    }

    Term pair(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 2, 2);
        List<CheckedExpression> strings =
                arguments.stream().map(a -> string(a, call.span())).toList();
        return switch (call.function()) {
            case "strstr" -> call(Function.STRSTR, strings, Types.INT32, call.span());
            case "strcontains" -> call(Function.STRCONTAINS, strings, Types.BOOL, call.span());
            default -> call(Function.STR_CONCAT, strings, CONCATENATION, call.span());
        };
    }

    Term nameOf(Expression.Call call) {
        Term number = Calls.checked(state, expressions, call, 1, 1).getFirst();
        CheckedExpression plain = Conversions.plain(number.node());
        if (!plain.type().isScalar()) {
            throw Calls.unsupported(state, call, "int", number.type());
        }
        CheckedExpression narrow = new CheckedExpression.Convert(Conversion.NUMBER, plain, Types.INT32, call.span());
        Function function = switch (call.function()) {
            case "strerror" -> Function.STRERROR;
            case "signal_name" -> Function.SIGNAL_NAME;
            default -> Function.SYSCALL_NAME;
        };
        return call(function, List.of(narrow), NAME, call.span());
    }

    Term strftime(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 2, 2);
        String format = Calls.literalText(state, call, arguments.getFirst());
        Term time = arguments.get(1);
        if (!time.type().isInteger()) {
            throw Calls.unsupported(state, call, "int", time.type());
        }
        if (time.isIntegerLiteral() && !time.isNaturalLiteral()) {
            throw state.fail(call.span(), "strftime() does not accept negative timestamps");
        }
        if (time.node() instanceof CheckedExpression.Event(EventValue value, Span _)
                && value == EventValue.NSECS_MONOTONIC) {
            throw state.fail(call.span(), "strftime() can not take a monotonic timestamp");
        }
        return Term.of(new CheckedExpression.TimeText(
                format, time.node(), new Type.Special(Type.Special.Kind.TIMESTAMP), call.span()));
    }
}
