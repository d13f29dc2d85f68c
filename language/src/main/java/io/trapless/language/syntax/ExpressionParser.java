package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Expressions, by precedence climbing over {@link BinaryOperatorSyntax}; the grammar and its order are those of bpftrace's parser. Errors end the parse through {@link TokenStream#fail}.
 */
final class ExpressionParser {
    private final TokenStream in;
    private final PrimaryParser primary;

    /** Whether a {@code /} before an opening brace or the end closes a filter instead of dividing. */
    private boolean inFilter;

    ExpressionParser(TokenStream in, BlockParser blocks) {
        this.in = in;
        this.primary = new PrimaryParser(in, this, blocks);
    }

    /** {@code /expression/}. */
    Expression filter() {
        in.expect("/");
        inFilter = true;
        Expression condition = expression();
        inFilter = false;
        if (!in.at("/") && in.peek().problem() == null) {
            throw in.fail(Problem.EXPECTED
                    .at(in.peek().span(), "'/'", in.peek().description())
                    .hint("a filter stands between two slashes: /arg0 > 1/"));
        }
        in.expect("/");
        return condition;
    }

    Expression expression() {
        in.enter();
        Expression result = ternary();
        in.leave(1);
        return result;
    }

    private Expression ternary() {
        Expression condition = binary(BinaryOperatorSyntax.LOWEST);
        if (!in.take("?")) {
            return condition;
        }
        Expression whenTrue = in.at(":") ? null : expression();
        in.expect(":");
        Expression whenFalse = expression();
        return new Expression.Ternary(
                condition, whenTrue, whenFalse, condition.span().to(whenFalse.span()));
    }

    private Expression binary(int minPrecedence) {
        Expression left = unary();
        int chained = 0;
        while (true) {
            BinaryOperatorSyntax operator = BinaryOperatorSyntax.of(in.peek());
            if (operator == null || operator.precedence() < minPrecedence || closesFilter(operator)) {
                break;
            }
            in.next();
            Expression right = binary(operator.precedence() + 1);
            left = new Expression.Binary(operator, left, right, left.span().to(right.span()));
            in.enter();
            chained++;
        }
        in.leave(chained);
        return left;
    }

    private boolean closesFilter(BinaryOperatorSyntax operator) {
        if (operator != BinaryOperatorSyntax.DIVIDE) {
            return false;
        }
        Token after = in.peekSecond();
        return after.is("{") || (inFilter && after.kind() == Token.Kind.END);
    }

    /** An operand with its prefix and postfix operators. */
    Expression unary() {
        UnaryOperatorSyntax operator = prefix();
        if (operator == null) {
            return postfix(primary.parse());
        }
        Span start = in.next().span();
        in.enter();
        Expression operand = unary();
        in.leave(1);
        if (operator.isIncrement()) {
            requireAssignable(operand, Problem.NOT_INCREMENTABLE);
        } else if (operator == UnaryOperatorSyntax.ADDRESS_OF) {
            requireAssignable(operand, Problem.ADDRESS_OF);
        }
        return new Expression.Unary(operator, operand, in.from(start));
    }

    private @Nullable UnaryOperatorSyntax prefix() {
        Token token = in.peek();
        if (token.kind() != Token.Kind.OPERATOR) {
            return null;
        }
        return switch (token.text()) {
            case "!" -> UnaryOperatorSyntax.NOT;
            case "~" -> UnaryOperatorSyntax.COMPLEMENT;
            case "-" -> UnaryOperatorSyntax.MINUS;
            case "*" -> UnaryOperatorSyntax.DEREFERENCE;
            case "&" -> UnaryOperatorSyntax.ADDRESS_OF;
            case "++" -> UnaryOperatorSyntax.PRE_INCREMENT;
            case "--" -> UnaryOperatorSyntax.PRE_DECREMENT;
            default -> null;
        };
    }

    private Expression postfix(Expression operand) {
        Expression result = operand;
        int chained = 0;
        while (true) {
            Token token = in.peek();
            if (token.is("[")) {
                in.next();
                Expression index = expression();
                in.expect("]");
                result = new Expression.Index(result, index, in.from(operand.span()));
            } else if (token.is(".") || token.is("->")) {
                in.next();
                result = field(result, token.is("."));
            } else if (token.is("++") || token.is("--")) {
                requireAssignable(result, Problem.NOT_INCREMENTABLE);
                in.next();
                UnaryOperatorSyntax operator =
                        token.is("++") ? UnaryOperatorSyntax.POST_INCREMENT : UnaryOperatorSyntax.POST_DECREMENT;
                result = new Expression.Unary(operator, result, in.from(operand.span()));
            } else {
                break;
            }
            in.enter();
            chained++;
        }
        in.leave(chained);
        return result;
    }

    private Expression field(Expression base, boolean dot) {
        if (dot && in.at(Token.Kind.NUMBER)) {
            Token number = in.next();
            if (number.number() < 0 || number.number() > Integer.MAX_VALUE) {
                throw in.fail(Problem.NUMBER_TOO_LARGE.at(number.span(), number.description()));
            }
            return new Expression.TupleField(base, (int) number.number(), in.from(base.span()));
        }
        String name = in.expect(Token.Kind.IDENTIFIER, "a field's name").text();
        return new Expression.Field(base, name, in.from(base.span()));
    }

    private void requireAssignable(Expression operand, Problem problem) {
        if (!(operand instanceof Expression.Variable) && !(operand instanceof Expression.MapAccess)) {
            throw in.fail(problem.at(operand.span()));
        }
    }

    /** Expressions with commas between, up to but without {@code close}; a trailing comma is allowed. */
    List<Expression> list(String close) {
        List<Expression> elements = new ArrayList<>();
        while (!in.at(close)) {
            elements.add(expression());
            if (!in.take(",")) {
                break;
            }
        }
        return elements;
    }

    /** A type's name or an expression, as {@code sizeof} takes it; {@code typeof(...)} too. */
    Expression.TypeOperand typeOperand() {
        return primary.typeOperand();
    }

    TypeName typeName() {
        return primary.types().typeName();
    }
}
