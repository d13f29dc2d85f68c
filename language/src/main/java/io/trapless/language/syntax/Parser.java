package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import java.util.function.Function;

/** The parser's entry points. They never throw, whatever the text: it is one of the places where bytes of unknown origin come in. */
public final class Parser {
    private final TokenStream in;
    private final BlockParser blocks;
    private final ClauseParser clauses;

    private Parser(Source source) {
        this.in = new TokenStream(source);
        this.blocks = new BlockParser(in);
        this.clauses = new ClauseParser(in, blocks.expressions());
    }

    /** One clause of {@code record -e}. */
    public static Result<Clause> clause(Source source) {
        return new Parser(source).run(p -> p.clauses.clause());
    }

    /** One expression and nothing else. */
    public static Result<Expression> expression(Source source) {
        return new Parser(source).run(p -> {
            Expression expression = p.blocks.expressions().expression();
            if (!p.in.at(Token.Kind.END)) {
                throw p.in.expected("the end of the expression");
            }
            return expression;
        });
    }

    /** One attach point and nothing else, as {@code list} takes it. */
    public static Result<AttachPoint> attachPoint(Source source) {
        return new Parser(source).run(p -> {
            AttachPoint point = new AttachPointParser(p.in).parse();
            if (!p.in.at(Token.Kind.END)) {
                throw p.in.expected("the end of the probe");
            }
            return point;
        });
    }

    /** A whole program. */
    public static Result<Program> program(Source source) {
        return new Parser(source).run(p -> new ProgramParser(p.in, p.blocks, p.clauses).program());
    }

    private <T> Result<T> run(Function<Parser, T> rule) {
        try {
            return new Result.Ok<>(rule.apply(this));
        } catch (TokenStream.Stop stop) {
            return new Result.Failed<>(in.source, in.diagnostics());
        }
    }
}
