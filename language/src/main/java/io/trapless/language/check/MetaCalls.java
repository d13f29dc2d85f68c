package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.FormatTarget;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.FormatText;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.UnaryOperator;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.List;

/** Functions that are answered while a program is checked: parameters, assertions, questions about types. */
final class MetaCalls {
    private final ActionState state;
    private final Expressions expressions;

    MetaCalls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    Term getopt(Expression.Call call) {
        Span span = call.span();
        int count = call.arguments().size();
        if (count < 1 || count > 3) {
            throw state.fail(
                    span, "The 'getopt' function can take a maximum of three arguments and a minimum of one argument.");
        }
        List<Expression> arguments = Arguments.expressions(state, call);
        Term name = expressions.check(arguments.getFirst());
        if (!name.isTextLiteral()) {
            throw state.fail(arguments.getFirst().span(), "First argument to 'getopt' must be a string literal.");
        }
        Term fallback = count == 1 ? Literals.truth(false, span) : expressions.check(arguments.get(1));
        boolean literal = fallback.isIntegerLiteral()
                || fallback.isTextLiteral()
                || (fallback.literal() && fallback.type() instanceof Type.Bool);
        if (!literal) {
            throw state.fail(
                    arguments.get(1).span(),
                    "Second argument to 'getopt' must be a string literal, integer literal, or a boolean literal.");
        }
        String description = "";
        if (count == 3) {
            Term text = expressions.check(arguments.get(2));
            if (!text.isTextLiteral()) {
                throw state.fail(
                        arguments.get(2).span(),
                        "Function 'getopt' requires the third parameter to be a string literal.");
            }
            description = text.text();
        }
        register(name.text(), fallback, description, span);
        CheckedExpression value = state.program.namedOptions.value(name.text(), fallback.node(), span);
        if (value == null) {
            // no place: the mistake is on the command line
            state.program
                    .findings()
                    .add(Finding.error(
                            null,
                            "program command line option --" + name.text() + " invalid "
                                    + (fallback.type() instanceof Type.Bool ? "boolean" : "integer") + " (value: "
                                    + state.program.namedOptions.given(name.text()) + ")"));
            return fallback;
        }
        return Term.of(value);
    }

    private void register(String name, Term fallback, String description, Span span) {
        String shown = NamedOptions.show(fallback.node());
        CheckedProgram.Option known = state.program.namedOptions.find(name);
        if (known == null) {
            state.program.namedOptions.put(new CheckedProgram.Option(name, shown, description));
            return;
        }
        if (!known.defaultText().equals(shown)) {
            throw state.fail(
                    span,
                    "Command line option '" + name
                            + "' needs to have the same default value in all places it is used. Previous default value: "
                            + known.defaultText().replace("\"", ""));
        }
        if (!description.isEmpty()
                && !known.description().isEmpty()
                && !known.description().equals(description)) {
            throw state.fail(
                    span,
                    "Command line option '" + name
                            + "' must have the same description in all places it's used. Hint: You can wrap it in a macro");
        }
        if (known.description().isEmpty()) {
            state.program.namedOptions.put(new CheckedProgram.Option(name, shown, description));
        }
    }

    /** {@code if (!condition) { errorf("assert failed: %s", message); exit(1); }} */
    Term assertion(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 2, 2);
        Span span = call.span();
        CheckedExpression condition = arguments.getFirst().node();
        if (!condition.type().isScalar()) {
            throw state.fail(
                    span,
                    "The ! operator can not be used on expressions of type '"
                            + condition.type().text() + "'");
        }
        FormatText format = FormatParser.parse("assert failed: %s");
        List<CheckedExpression> message = List.of(arguments.get(1).node());
        FormatParser.check(state, format, message, span);
        Span inLibrary = state.program.assertion;
        CheckedStatement.Block failure = new CheckedStatement.Block(
                List.of(
                        new CheckedStatement.Evaluate(
                                new CheckedExpression.Format(FormatTarget.ERRORF, format, message, inLibrary),
                                inLibrary),
                        new CheckedStatement.Evaluate(
                                new CheckedExpression.Exit(
                                        new CheckedExpression.NumberConstant(1, Types.INT64, span), span),
                                span)),
                span,
                span);
        CheckedExpression fails = new CheckedExpression.Unary(UnaryOperator.NOT, condition, Types.BOOL, span);
        CheckedStatement.Block body = new CheckedStatement.Block(
                List.of(new CheckedStatement.If(fails, failure, new CheckedStatement.Block(List.of(), span), span)),
                span);
        return Term.of(new CheckedExpression.Block(body, null, new Type.None(), span));
    }

    private static Term nothing(Span span) {
        return Term.of(
                new CheckedExpression.Block(new CheckedStatement.Block(List.of(), span), null, new Type.None(), span));
    }

    Term staticAssertion(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 2, 2);
        if (!arguments.getFirst().literal()) {
            throw state.fail(call.span(), "Unable to resolve comptime expression");
        }
        if (!Literals.isTrue(arguments.getFirst())) {
            throw state.fail(call.span(), Calls.literalText(state, call, arguments.get(1)));
        }
        return nothing(call.span());
    }

    /** An error of the program's own, made when it is checked. */
    Term fail(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 1, 128);
        if (!arguments.stream().allMatch(Term::literal)) {
            throw state.fail(call.span(), "fail() arguments need to be literals");
        }
        FormatText format = FormatParser.parse(Calls.literalText(state, call, arguments.getFirst()));
        List<CheckedExpression> values =
                arguments.subList(1, arguments.size()).stream().map(Term::node).toList();
        FormatParser.check(state, format, values, call.span());
        if (state.isDead()) {
            return nothing(call.span());
        }
        throw state.fail(call.span(), text(format, values));
    }

    private static String text(FormatText format, List<CheckedExpression> values) {
        StringBuilder out = new StringBuilder();
        int next = 0;
        for (FormatText.Piece piece : format.pieces()) {
            switch (piece) {
                case FormatText.Piece.Literal(String text) -> out.append(text);
                case FormatText.Piece.Specifier specifier ->
                    out.append(value(values.get(next++), specifier.conversion()));
            }
        }
        return out.toString();
    }

    private static String value(CheckedExpression value, String conversion) {
        return switch (value) {
            case CheckedExpression.TextConstant t -> t.text();
            case CheckedExpression.NumberConstant n when conversion.equals("x") -> Long.toHexString(n.value());
            case CheckedExpression.NumberConstant n
            when conversion.equals("c") -> Character.toString((char) (n.value() & 0xFF));
            case CheckedExpression.NumberConstant n
            when !conversion.equals("s") ->
                n.type().isSigned() ? Long.toString(n.value()) : Long.toUnsignedString(n.value());
            default -> NamedOptions.show(value);
        };
    }

    /** The type of an argument, which may be a type itself. */
    private Type typeOf(Expression.Call call) {
        Arguments.requireCount(state, call, 1, 1);
        return switch (call.arguments().getFirst()) {
            case Expression.Argument.OfType(Expression.TypeOperand operand) -> expressions.introspect(operand);
            case Expression.Argument.OfExpression(Expression e) ->
                expressions.introspect(new Expression.TypeOperand.OfExpression(e, e.span()));
        };
    }

    Term isOfForm(Expression.Call call) {
        Type type = typeOf(call);
        boolean yes = switch (call.function()) {
            case "is_str" -> type instanceof Type.Str;
            case "is_ptr" -> type instanceof Type.Pointer;
            case "is_array" -> type instanceof Type.Array;
            case "is_integer" -> type.isInteger();
            default -> type.isInteger() && !type.isSigned();
        };
        return Literals.truth(yes, call.span());
    }

    Term isLiteral(Expression.Call call) {
        Term term = Calls.checked(state, expressions, call, 1, 1).getFirst();
        return Literals.truth(term.literal(), call.span());
    }

    Term assertString(Expression.Call call) {
        Term term = Calls.checked(state, expressions, call, 1, 1).getFirst();
        new TextCalls(state, expressions).requireString(term, call.span());
        return nothing(call.span());
    }

    /** The structure around a member: {@code container_of(pointer, type, member)}. */
    Term containerOf(Expression.Call call) {
        Arguments.requireCount(state, call, 3, 3);
        Span span = call.span();
        Type type = switch (call.arguments().get(1)) {
            case Expression.Argument.OfType(Expression.TypeOperand operand) -> expressions.introspect(operand);
            case Expression.Argument.OfExpression(Expression e) ->
                expressions.introspect(new Expression.TypeOperand.OfExpression(e, e.span()));
        };
        if (!(call.arguments().getFirst() instanceof Expression.Argument.OfExpression(Expression pointer))
                || !(call.arguments().get(2) instanceof Expression.Argument.OfExpression(Expression member))) {
            throw state.fail(span, "container_of(POINTER, TYPE, MEMBER)");
        }
        Term address = expressions.check(pointer);
        if (!address.type().isScalar()) {
            throw Calls.unsupported(state, call, "pointer", address.type());
        }
        Term offset = TypeQuestions.offsetOf(state, type, path(member, span), span);
        return Term.of(new CheckedExpression.Binary(
                BinaryOperator.SUBTRACT, address.node(), offset.node(), false, new Type.Pointer(type), span));
    }

    private List<String> path(Expression member, Span span) {
        List<String> path = new ArrayList<>();
        Expression at = member;
        while (at instanceof Expression.Field field) {
            path.addFirst(field.field());
            at = field.base();
        }
        if (!(at instanceof Expression.Name name)) {
            throw state.fail(span, "container_of() needs a member such as a or a.b");
        }
        path.addFirst(name.name());
        return path;
    }
}
