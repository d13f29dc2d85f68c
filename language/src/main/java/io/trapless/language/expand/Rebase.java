package io.trapless.language.expand;

import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.ProbePattern;
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
                        a.attachPoints().stream().map(this::point).toList(),
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

    private AttachPoint point(AttachPoint point) {
        return switch (point) {
            case AttachPoint.Moment m -> new AttachPoint.Moment(m.type(), m.parts(), span(m.span()));
            case AttachPoint.Sites(ProbePattern.Uprobe p) ->
                new AttachPoint.Sites(new ProbePattern.Uprobe(p.module(), p.target(), span(p.span())));
            case AttachPoint.Sites(ProbePattern.Uretprobe p) ->
                new AttachPoint.Sites(new ProbePattern.Uretprobe(p.module(), p.target(), span(p.span())));
            case AttachPoint.Sites(ProbePattern.Usdt p) ->
                new AttachPoint.Sites(new ProbePattern.Usdt(p.module(), p.provider(), p.name(), span(p.span())));
        };
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
