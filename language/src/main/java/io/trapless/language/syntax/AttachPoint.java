package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Span;
import java.util.List;

/** What a program's action hangs on: sites of a process, or moments of the tracer itself. */
public sealed interface AttachPoint {
    Span span();

    /** The canonical text. */
    String text();

    /** The same at another place. */
    default AttachPoint at(Span place) {
        return switch (this) {
            case Moment(String type, List<String> parts, Span _) -> new Moment(type, parts, place);
            case Sites(ProbePattern.Uprobe p) -> new Sites(new ProbePattern.Uprobe(p.module(), p.target(), place));
            case Sites(ProbePattern.Uretprobe p) ->
                new Sites(new ProbePattern.Uretprobe(p.module(), p.target(), place));
            case Sites(ProbePattern.Usdt p) ->
                new Sites(new ProbePattern.Usdt(p.module(), p.provider(), p.name(), place));
        };
    }

    /** Sites of a process. */
    record Sites(ProbePattern pattern) implements AttachPoint {
        @Override
        public Span span() {
            return pattern.span();
        }

        @Override
        public String text() {
            return pattern.text();
        }
    }

    /**
     * A moment of the tracer: {@code begin}, {@code end}, {@code interval:s:1}, {@code self:signal:SIGUSR1}, {@code test:name}, {@code bench:name}, {@code profile:hz:99}, {@code watchpoint:...}.
     *
     * @param type the probe type's long name; until parameters are filled in it may hold one, and what the whole means is open
     * @param parts what follows, between colons, without quotes
     */
    record Moment(String type, List<String> parts, Span span) implements AttachPoint {
        public Moment {
            parts = List.copyOf(parts);
        }

        @Override
        public String text() {
            StringBuilder out = new StringBuilder(type);
            parts.forEach(part -> out.append(':').append(ProbeText.quote(part)));
            return out.toString();
        }
    }
}
