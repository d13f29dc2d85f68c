package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Clauses of {@code record}, and the head that they share with the actions of a program. */
final class ClauseParser {
    private final TokenStream in;
    private final ExpressionParser expressions;

    ClauseParser(TokenStream in, ExpressionParser expressions) {
        this.in = in;
        this.expressions = expressions;
    }

    /** The whole text as one clause. */
    Clause clause() {
        List<ProbePattern> probes = new ArrayList<>();
        for (AttachPoint point : attachPoints()) {
            switch (point) {
                case AttachPoint.Sites sites -> probes.add(sites.pattern());
                case AttachPoint.Moment moment ->
                    throw in.fail(Problem.PROBE_NOT_IN_RECORD.at(moment.span(), moment.type()));
            }
        }
        Expression filter = filter();
        List<Expression.NamedValue> fields = in.at("{") ? fields() : null;
        Token rest = in.peek();
        if (rest.kind() != Token.Kind.END) {
            throw in.fail(
                    rest.problem() != null
                            ? rest.problem()
                            : Problem.TEXT_AFTER_CLAUSE
                                    .at(rest.span(), rest.description())
                                    .hint(
                                            "a clause is PROBE /CONDITION/ { NAME = EXPRESSION }; a further one needs an -e of its own"));
        }
        return new Clause(in.source, probes, filter, fields);
    }

    /** Attach points with commas between; a trailing comma before a filter or block is allowed. */
    List<AttachPoint> attachPoints() {
        AttachPointParser parser = new AttachPointParser(in);
        List<AttachPoint> points = new ArrayList<>();
        points.add(parser.parse());
        while (in.take(",")) {
            if (in.at("/") || in.at("{")) {
                break;
            }
            points.add(parser.parse());
        }
        return points;
    }

    @Nullable Expression filter() {
        return in.at("/") ? expressions.filter() : null;
    }

    private List<Expression.NamedValue> fields() {
        Span open = in.next().span();
        List<Expression.NamedValue> fields = new ArrayList<>();
        Set<String> names = new HashSet<>();
        while (!in.at("}")) {
            Token name = in.expect(Token.Kind.IDENTIFIER, "NAME = EXPRESSION");
            if (!names.add(name.text())) {
                throw in.fail(Problem.DUPLICATE_FIELD.at(name.span(), name.description()));
            }
            if (!in.at("=")) {
                throw in.fail(Problem.EXPECTED
                        .at(
                                in.peek().span(),
                                "'=' after the field's name",
                                in.peek().description())
                        .hint("a field is written NAME = EXPRESSION, for example size = arg0"));
            }
            in.next();
            fields.add(new Expression.NamedValue(name.text(), expressions.expression(), name.span()));
            if (!in.take(",") && !in.at("}")) {
                throw separatorMissing();
            }
        }
        Span close = in.next().span();
        if (fields.isEmpty()) {
            throw in.fail(Problem.EMPTY_BLOCK.at(open.to(close)).hint("leave the block out, or write { size = arg0 }"));
        }
        return fields;
    }

    private TokenStream.Stop separatorMissing() {
        Token token = in.peek();
        return token.problem() != null
                ? in.fail(token.problem())
                : in.fail(Problem.EXPECTED
                        .at(token.span(), "',' or '}'", token.description())
                        .hint(token.is(";") ? "fields have commas between them" : null));
    }
}
