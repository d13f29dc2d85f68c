package io.trapless.language.check;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.expand.Findings;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Positional parameters inside of attach points. */
final class ProbeParameters {
    private static final Pattern PARAMETER = Pattern.compile("\\$([1-9][0-9]{0,5})");

    private final List<String> positional;
    private boolean missing;

    private ProbeParameters(List<String> positional) {
        this.positional = positional;
    }

    /** Null, with an error, if what comes out is no attach point. */
    static @Nullable AttachPoint fill(AttachPoint point, List<String> positional, Findings findings) {
        if (point.text().indexOf('$') < 0) {
            return point;
        }
        ProbeParameters filler = new ProbeParameters(positional);
        @Nullable AttachPoint filled = switch (point) {
            case AttachPoint.Moment m when m.type().indexOf('$') >= 0 -> filler.parse(m, findings);
            case AttachPoint.Moment m ->
                new AttachPoint.Moment(
                        m.type(), m.parts().stream().map(filler::fill).toList(), m.span());
            case AttachPoint.Sites(ProbePattern.Uprobe p) ->
                new AttachPoint.Sites(
                        new ProbePattern.Uprobe(filler.fill(p.module()), filler.fill(p.target()), p.span()));
            case AttachPoint.Sites(ProbePattern.Uretprobe p) ->
                new AttachPoint.Sites(
                        new ProbePattern.Uretprobe(filler.fill(p.module()), filler.fill(p.target()), p.span()));
            case AttachPoint.Sites(ProbePattern.Usdt p) ->
                new AttachPoint.Sites(new ProbePattern.Usdt(
                        filler.fill(p.module()), filler.fill(p.provider()), filler.fill(p.name()), p.span()));
        };
        if (filler.missing) {
            findings.error(point.span(), "a positional parameter in the probe is empty or not provided");
        }
        return filled;
    }

    /** A probe type with a parameter in it tells only now what the whole is. */
    private @Nullable AttachPoint parse(AttachPoint.Moment moment, Findings findings) {
        String text = moment.parts().isEmpty() ? moment.type() : moment.type() + ":" + String.join(":", moment.parts());
        return switch (Parser.attachPoint(new Source("probe", fill(text)))) {
            case Result.Ok(AttachPoint point) -> point.at(moment.span());
            case Result.Failed<AttachPoint> failed -> {
                if (!missing) {
                    findings.error(
                            moment.span(), failed.diagnostics().getFirst().message());
                }
                yield null;
            }
        };
    }

    private String fill(String text) {
        Matcher matcher = PARAMETER.matcher(text);
        StringBuilder out = new StringBuilder();
        while (matcher.find()) {
            int number = Integer.parseInt(matcher.group(1));
            String value = number <= positional.size() ? positional.get(number - 1) : "";
            missing |= value.isEmpty();
            matcher.appendReplacement(out, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(out).toString();
    }

    private ProbeTarget fill(ProbeTarget target) {
        return switch (target) {
            case ProbeTarget.Function f -> new ProbeTarget.Function(fill(f.pattern()), f.language());
            case ProbeTarget.FunctionOffset f ->
                new ProbeTarget.FunctionOffset(fill(f.pattern()), f.language(), f.offsetBytes());
            case ProbeTarget.SourceLine l -> new ProbeTarget.SourceLine(fill(l.file()), l.line(), l.column());
            case ProbeTarget.Address a -> a;
        };
    }
}
