package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Blocks and the statements in them. */
final class BlockParser {
    private final TokenStream in;
    private final ExpressionParser expressions;

    BlockParser(TokenStream in) {
        this.in = in;
        this.expressions = new ExpressionParser(in, this);
    }

    ExpressionParser expressions() {
        return expressions;
    }

    /** {@code { statements value }}. */
    Expression.Block block() {
        Span start = in.expect("{").span();
        in.enter();
        List<Statement> statements = new ArrayList<>();
        Expression value = null;
        while (!in.at("}")) {
            Statement statement = statement();
            // The last expression of a block, without a semicolon, is its value.
            if (in.at("}")
                    && statement instanceof Statement.Evaluate last
                    && last.span().equals(last.expression().span())) {
                value = last.expression();
            } else {
                statements.add(statement);
            }
        }
        in.expect("}");
        in.leave(1);
        return new Expression.Block(statements, value, in.from(start));
    }

    private Statement statement() {
        Token token = in.peek();
        if (token.kind() == Token.Kind.IDENTIFIER) {
            Statement statement = keywordStatement(token);
            if (statement != null) {
                return statement;
            }
        }
        Expression target = expressions.expression();
        Token after = in.peek();
        BinaryOperatorSyntax compound = BinaryOperatorSyntax.ofAssignment(after);
        if (after.is("=") || compound != null) {
            if (!(target instanceof Expression.Variable) && !(target instanceof Expression.MapAccess)) {
                throw in.fail(Problem.NOT_ASSIGNABLE
                        .at(target.span())
                        .hint("only $variables and @maps can be; tuples and records are made anew"));
            }
            in.next();
            Expression value = expressions.expression();
            end();
            return new Statement.Assign(target, compound, value, in.from(token.span()));
        }
        boolean ended = in.take(";");
        if (!ended && !in.at("}") && !(target instanceof Expression.If) && !(target instanceof Expression.Block)) {
            throw in.expected("';'");
        }
        return new Statement.Evaluate(target, ended ? in.from(token.span()) : target.span());
    }

    private @Nullable Statement keywordStatement(Token token) {
        Span start = token.span();
        return switch (token.text()) {
            case "let" -> let();
            case "for" -> forLoop();
            case "while", "unroll" -> {
                in.next();
                Expression condition = condition();
                Expression.Block body = block();
                yield token.is("while")
                        ? new Statement.While(condition, body, in.from(start))
                        : new Statement.Unroll(condition, body, in.from(start));
            }
            case "break", "continue" -> {
                in.next();
                end();
                yield token.is("break") ? new Statement.Break(in.from(start)) : new Statement.Continue(in.from(start));
            }
            case "return" -> {
                in.next();
                Expression value = in.at(";") || in.at("}") ? null : expressions.expression();
                end();
                yield new Statement.Return(value, in.from(start));
            }
            case "import" -> {
                in.next();
                String path = in.expect(Token.Kind.STRING, "a path in quotes").text();
                in.expect(";");
                yield new Statement.Import(path, in.from(start));
            }
            case "_" -> in.peekSecond().is("=") ? discard() : null;
            default -> null;
        };
    }

    private Statement discard() {
        Span start = in.next().span();
        in.expect("=");
        Expression value = expressions.expression();
        end();
        return new Statement.Discard(value, in.from(start));
    }

    private Statement let() {
        Span start = in.next().span();
        Expression.Variable variable = variable();
        Expression.TypeOperand type = null;
        if (in.take(":")) {
            Span typeStart = in.peek().span();
            type = in.at("typeof")
                    ? expressions.typeOperand()
                    : new Expression.TypeOperand.OfName(expressions.typeName(), in.from(typeStart));
        }
        Expression value = in.take("=") ? expressions.expression() : null;
        end();
        return new Statement.Let(variable, type, value, in.from(start));
    }

    private Expression.Variable variable() {
        Token token = in.expect(Token.Kind.VARIABLE, "a variable");
        if (!Lexer.isIdentifierStart(token.text().charAt(1))) {
            throw in.fail(Problem.EXPECTED.at(token.span(), "a variable", token.description()));
        }
        return new Expression.Variable(token.text().substring(1), token.span());
    }

    private Statement forLoop() {
        Span start = in.next().span();
        boolean parenthesis = in.take("(");
        Expression.Variable variable = variable();
        in.expect(":");
        Expression first = expressions.unary();
        Expression rangeEnd = in.take("..") ? expressions.unary() : null;
        if (parenthesis) {
            in.expect(")");
        }
        if (rangeEnd == null && !(first instanceof Expression.MapAccess)) {
            throw in.fail(Problem.EXPECTED
                    .at(first.span(), "a map or a range", "another expression")
                    .hint("a range is START..END"));
        }
        Expression.Block body = block();
        return rangeEnd == null
                ? new Statement.ForMap(variable, first, body, in.from(start))
                : new Statement.ForRange(variable, first, rangeEnd, body, in.from(start));
    }

    /** {@code if}, whose word has been taken. */
    Expression ifExpression(Span start) {
        in.enter();
        Expression condition = condition();
        Expression.Block then = block();
        Expression otherwise = null;
        if (in.take("else")) {
            Token token = in.peek();
            otherwise = in.take("if") ? ifExpression(token.span()) : block();
        }
        in.leave(1);
        return new Expression.If(condition, then, otherwise, in.from(start));
    }

    /** With parentheses any expression; without, an operand, so that the block's brace is not taken for one. */
    private Expression condition() {
        if (in.take("(")) {
            Expression condition = expressions.expression();
            in.expect(")");
            return condition;
        }
        return expressions.unary();
    }

    /** A semicolon, or the block's end. */
    private void end() {
        if (!in.at("}")) {
            in.expect(";");
        }
    }
}
