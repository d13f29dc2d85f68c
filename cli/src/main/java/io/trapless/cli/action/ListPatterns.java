package io.trapless.cli.action;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;
import io.trapless.tracer.session.RecordingException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the words of {@code list} mean: an attach point, one that leaves out the file ({@code usdt:*}, {@code uprobe:mal*}), or a bare function pattern ({@code mal*}).
 */
final class ListPatterns {
    private static final Span NOWHERE = new Span(0, 0);
    private static final String ANY = "*";

    private ListPatterns() {}

    /**
     * @param text null: everything
     * @param module the file, where the text names none
     * @param usdtModule the same for USDT probes
     * @throws RecordingException it is no pattern; its text shows the place
     */
    static List<ProbePattern> parse(@Nullable String text, String module, String usdtModule) throws RecordingException {
        if (text == null) {
            return List.of(functions(module, ANY), usdt(module, "", ANY));
        }
        String[] parts = text.split(":", -1);
        if (parts.length == 1) {
            return List.of(functions(module, text));
        }
        boolean filled = parts.length == 2 && !parts[1].isEmpty();
        return switch (parts[0]) {
            case "uprobe", "u" -> List.of(filled ? functions(module, parts[1]) : attachPoint(text));
            case "usdt", "U" -> List.of(filled ? usdt(usdtModule, "", parts[1]) : attachPoint(text));
            default -> List.of(attachPoint(text));
        };
    }

    private static ProbePattern functions(String module, String pattern) {
        return new ProbePattern.Uprobe(module, new ProbeTarget.Function(pattern, ProbeTarget.Language.ANY), NOWHERE);
    }

    private static ProbePattern usdt(String module, String provider, String name) {
        return new ProbePattern.Usdt(module, provider, name, NOWHERE);
    }

    private static ProbePattern attachPoint(String text) throws RecordingException {
        return switch (Parser.attachPoint(new Source("pattern", text))) {
            case Result.Ok<AttachPoint>(AttachPoint.Sites(ProbePattern pattern)) -> pattern;
            case Result.Ok<AttachPoint>(AttachPoint.Moment moment) ->
                throw RecordingException.wrongUsage(
                        "'" + moment.text() + "' has no place in a program; list uprobe or usdt probes");
            case Result.Failed<AttachPoint> failed ->
                throw RecordingException.wrongUsage(failed.text().strip());
        };
    }
}
