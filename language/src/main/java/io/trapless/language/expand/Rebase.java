package io.trapless.language.expand;

import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import java.util.List;

/** Moves the places of a tree into the numbering of {@link Sources}. */
final class Rebase extends SyntaxMapper {
    private final int base;

    Rebase(int base) {
        this.base = base;
    }

    @Override
    Span span(Span span) {
        return new Span(span.start() + base, span.end() + base);
    }

    Program.Item item(Program.Item item) {
        return switch (item) {
            case Program.Action a ->
                new Program.Action(
                        a.attachPoints().stream()
                                .map(point -> point.at(span(point.span())))
                                .toList(),
                        a.filter() == null ? null : expression(a.filter()),
                        block(a.body()),
                        span(a.span()));
            case Program.Macro m ->
                new Program.Macro(m.name(), expressions(m.parameters()), block(m.body()), span(m.span()));
            case Program.Function f ->
                new Program.Function(f.name(), f.parameters(), f.result(), block(f.body()), span(f.span()));
            case Program.MapDeclaration d ->
                new Program.MapDeclaration(d.name(), d.type(), d.maxEntries(), span(d.span()));
        };
    }

    List<Program.Setting> settings(List<Program.Setting> settings) {
        return settings.stream()
                .map(s -> new Program.Setting(s.key(), expression(s.value()), span(s.span())))
                .toList();
    }

    /** An expression alone, for the values of C constants. */
    static Expression at(Expression expression, Span place) {
        return new SyntaxMapper() {
            @Override
            Span span(Span span) {
                return place;
            }
        }.expression(expression);
    }
}
