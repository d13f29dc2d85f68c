package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Operands: literals, names, calls, casts, tuples, blocks. */
final class PrimaryParser {
    private final TokenStream in;
    private final ExpressionParser expressions;
    private final BlockParser blocks;
    private final TypeParser types;

    PrimaryParser(TokenStream in, ExpressionParser expressions, BlockParser blocks) {
        this.in = in;
        this.expressions = expressions;
        this.blocks = blocks;
        this.types = new TypeParser(in);
    }

    TypeParser types() {
        return types;
    }

    Expression parse() {
        Token token = in.peek();
        return switch (token.kind()) {
            case NUMBER -> number();
            case STRING -> new Expression.StringLiteral(in.next().text(), token.span());
            case VARIABLE -> variable();
            case MAP -> map();
            case IDENTIFIER -> word();
            case OPERATOR -> {
                if (token.is("(")) {
                    yield parenthesis();
                }
                if (token.is("{")) {
                    yield blocks.block();
                }
                throw in.expected("an expression");
            }
            case END -> throw in.expected("an expression");
        };
    }

    private Expression number() {
        Token token = in.next();
        return new Expression.NumberLiteral(token.number(), token.number() < 0, token.text(), token.span());
    }

    private Expression variable() {
        Token token = in.next();
        String name = token.text().substring(1);
        if (name.equals("#")) {
            return new Expression.PositionalCount(token.span());
        }
        if (Character.isDigit(name.charAt(0))) {
            if (!name.matches("0*[1-9][0-9]{0,8}")) {
                throw in.fail(Problem.BAD_NUMBER.at(token.span(), token.description()));
            }
            return new Expression.Positional(Integer.parseInt(name), token.span());
        }
        return new Expression.Variable(name, token.span());
    }

    private Expression map() {
        Token token = in.next();
        List<Expression> keys = List.of();
        if (in.take("[")) {
            keys = expressions.list("]");
            if (keys.isEmpty()) {
                throw in.expected("a key");
            }
            in.expect("]");
        }
        return new Expression.MapAccess(token.text().substring(1), keys, in.from(token.span()));
    }

    private Expression word() {
        Token token = in.next();
        Span start = token.span();
        return switch (token.text()) {
            case "true", "false" -> new Expression.BooleanLiteral(token.is("true"), start);
            case "if" -> blocks.ifExpression(start);
            case "comptime" -> {
                in.enter();
                Expression operand = expressions.unary();
                in.leave(1);
                yield new Expression.Comptime(operand, in.from(start));
            }
            case "sizeof", "typeinfo" -> {
                in.expect("(");
                Expression.TypeOperand operand = typeOperand();
                in.expect(")");
                yield token.is("sizeof")
                        ? new Expression.SizeOf(operand, in.from(start))
                        : new Expression.TypeInfo(operand, in.from(start));
            }
            case "offsetof" -> offsetOf(start);
            default -> in.at("(") ? call(token) : new Expression.Name(token.text(), start);
        };
    }

    private Expression offsetOf(Span start) {
        in.expect("(");
        Expression.TypeOperand operand = typeOperand();
        in.expect(",");
        List<String> path = new ArrayList<>();
        do {
            path.add(in.expect(Token.Kind.IDENTIFIER, "a field's name").text());
        } while (in.take("."));
        in.expect(")");
        return new Expression.OffsetOf(operand, path, in.from(start));
    }

    private Expression call(Token function) {
        in.expect("(");
        List<Expression.Argument> arguments = new ArrayList<>();
        while (!in.at(")")) {
            arguments.add(
                    in.at("typeof")
                            ? new Expression.Argument.OfType(typeOperand())
                            : new Expression.Argument.OfExpression(expressions.expression()));
            if (!in.take(",")) {
                break;
            }
        }
        in.expect(")");
        return new Expression.Call(function.text(), arguments, function.span(), in.from(function.span()));
    }

    /** {@code ( )}: a cast, a tuple, a named tuple or a group. */
    private Expression parenthesis() {
        Span start = in.next().span();
        if (in.take(")")) {
            return new Expression.Tuple(List.of(), in.from(start));
        }
        if (in.at(Token.Kind.IDENTIFIER) && in.peekSecond().is("=")) {
            List<Expression.NamedValue> fields = namedValues(")");
            in.expect(")");
            return new Expression.NamedTuple(fields, in.from(start));
        }
        Expression cast = cast(start);
        if (cast != null) {
            return cast;
        }
        Expression first = expressions.expression();
        if (!in.take(",")) {
            in.expect(")");
            return first;
        }
        List<Expression> elements = new ArrayList<>();
        elements.add(first);
        elements.addAll(expressions.list(")"));
        in.expect(")");
        return new Expression.Tuple(elements, in.from(start));
    }

    /** {@code name = value, ...} up to but without {@code close}. */
    List<Expression.NamedValue> namedValues(String close) {
        List<Expression.NamedValue> fields = new ArrayList<>();
        Set<String> names = new HashSet<>();
        while (!in.at(close)) {
            Token name = in.expect(Token.Kind.IDENTIFIER, "a field's name");
            if (!names.add(name.text())) {
                throw in.fail(Problem.DUPLICATE_FIELD.at(name.span(), name.description()));
            }
            in.expect("=");
            fields.add(new Expression.NamedValue(name.text(), expressions.expression(), name.span()));
            if (!in.take(",")) {
                break;
            }
        }
        return fields;
    }

    private @Nullable Expression cast(Span start) {
        int position = in.position();
        Expression.TypeOperand type;
        if (in.at("typeof")) {
            type = typeOperand();
        } else {
            TypeName name = types.tryTypeName();
            Span nameSpan = in.from(start);
            if (name == null || !in.at(")") || !types.isCast(name, in.peekSecond())) {
                in.moveTo(position);
                return null;
            }
            type = new Expression.TypeOperand.OfName(name, new Span(nameSpan.start() + 1, nameSpan.end()));
        }
        in.expect(")");
        in.enter();
        Expression operand = expressions.unary();
        in.leave(1);
        return new Expression.Cast(type, operand, in.from(start));
    }

    Expression.TypeOperand typeOperand() {
        Span start = in.peek().span();
        if (in.take("typeof")) {
            in.expect("(");
            in.enter();
            Expression.TypeOperand inner = typeOperand();
            in.leave(1);
            in.expect(")");
            return inner;
        }
        int position = in.position();
        TypeName name = types.tryTypeName();
        if (name != null
                && types.isCertain(name)
                && (in.at(")") || in.at(",") || in.at(";") || in.at("=") || in.at("}") || in.at("{"))) {
            return new Expression.TypeOperand.OfName(name, in.from(start));
        }
        in.moveTo(position);
        Expression expression = expressions.expression();
        return new Expression.TypeOperand.OfExpression(expression, expression.span());
    }
}
