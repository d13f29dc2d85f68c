package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Attach points. They are no tokens: a slash is a part of a path in them, so they are cut at colons by {@link AttachPointScanner} and end at white space, a comma or a brace.
 */
final class AttachPointParser {
    private static final String UPROBE_FORM =
            "a file and a function: uprobe:FILE:FUNCTION, uprobe:FILE:FUNCTION+OFFSET, uprobe:FILE:0xADDRESS or uprobe:FILE@SOURCE:LINE";
    private static final String USDT_FORM = "a file and a name: usdt:FILE:NAME or usdt:FILE:PROVIDER:NAME";

    /** A positional parameter, which whoever knows its value fills in. */
    private static final Pattern PARAMETER = Pattern.compile("\\$[1-9]");

    private final TokenStream in;

    AttachPointParser(TokenStream in) {
        this.in = in;
    }

    AttachPoint parse() {
        List<AttachPointScanner.Part> parts = new AttachPointScanner(in).parts();
        AttachPointScanner.Part first = parts.getFirst();
        Span span = first.span().to(parts.getLast().span());
        ProbeType type = ProbeType.of(first.text());
        List<AttachPointScanner.Part> rest = parts.subList(1, parts.size());
        if (type == null) {
            if (PARAMETER.matcher(first.text()).find()) {
                return moment(first.text(), rest, span);
            }
            throw in.fail(unknownType(first));
        }
        return switch (type) {
            case UPROBE -> {
                ProbePattern.Uprobe line = sourceLine(rest, span);
                if (line != null) {
                    yield new AttachPoint.Sites(line);
                }
                ProbeTarget target = target(type, rest, span);
                yield new AttachPoint.Sites(
                        new ProbePattern.Uprobe(rest.getFirst().text(), target, span));
            }
            case URETPROBE -> {
                ProbeTarget target = target(type, rest, span);
                if (target instanceof ProbeTarget.FunctionOffset) {
                    throw in.fail(Problem.PROBE_PARTS
                            .at(rest.getLast().span(), "uretprobe", "a function without an offset")
                            .hint("for one instruction use uprobe"));
                }
                yield new AttachPoint.Sites(
                        new ProbePattern.Uretprobe(rest.getFirst().text(), target, span));
            }
            case USDT -> new AttachPoint.Sites(usdt(rest, span));
            default -> {
                if (type.use() == ProbeType.Use.KERNEL) {
                    throw in.fail(Problem.KERNEL_PROBE
                            .at(first.span(), type.text(), type.reason())
                            .hint("uprobe and usdt trace functions and static probes of programs"));
                }
                yield moment(type.text(), rest, span);
            }
        };
    }

    private static AttachPoint moment(String type, List<AttachPointScanner.Part> rest, Span span) {
        return new AttachPoint.Moment(
                type, rest.stream().map(AttachPointScanner.Part::text).toList(), span);
    }

    private static Diagnostic unknownType(AttachPointScanner.Part first) {
        String near =
                Suggestion.nearest(first.text(), List.of("uprobe", "uretprobe", "usdt", "begin", "end", "interval"));
        return Problem.UNKNOWN_PROBE_TYPE
                .at(first.span(), "'" + first.text() + "'")
                .hint(near != null ? "did you mean '" + near + "'?" : "the probe types are uprobe, uretprobe and usdt");
    }

    /** bpftrace's form of a source line, {@code FILE@SOURCE:LINE} or {@code FILE@SOURCE:LINE:COLUMN}; ours has a colon in the place of the at sign. Null if it is neither, or has no column. */
    private static ProbePattern.@Nullable Uprobe sourceLine(List<AttachPointScanner.Part> parts, Span span) {
        if (parts.size() < 2 || parts.getFirst().text().isEmpty() || !isNumber(parts.getLast())) {
            return null;
        }
        AttachPointScanner.Part first = parts.getFirst();
        int at = first.isBare() ? first.text().lastIndexOf('@') : -1;
        boolean joined = at > 0 && at + 1 < first.text().length() && isNumber(parts.get(1));
        int line = joined ? 1 : 2;
        boolean column = parts.size() == line + 2 && isNumber(parts.get(line));
        boolean possible = joined ? column || parts.size() == line + 1 : column;
        if (!possible) {
            return null;
        }
        return new ProbePattern.Uprobe(
                joined ? first.text().substring(0, at) : first.text(),
                new ProbeTarget.SourceLine(
                        joined ? first.text().substring(at + 1) : parts.get(1).text(),
                        Integer.parseInt(parts.get(line).text()),
                        column ? Integer.parseInt(parts.get(line + 1).text()) : 0),
                span);
    }

    private static boolean isNumber(AttachPointScanner.Part part) {
        return part.isBare() && part.text().matches("[0-9]{1,9}");
    }

    private ProbeTarget target(ProbeType type, List<AttachPointScanner.Part> parts, Span span) {
        if (parts.size() < 2 || parts.size() > 3) {
            boolean colons = parts.size() > 3;
            throw in.fail(Problem.PROBE_PARTS
                    .at(span, type.text(), UPROBE_FORM)
                    .hint(colons ? "put a name that holds colons in double quotes" : null));
        }
        requireFilled(parts.getFirst(), "file");
        AttachPointScanner.Part last = parts.getLast();
        if (parts.size() == 2) {
            requireFilled(last, "function");
            return function(last, ProbeTarget.Language.ANY);
        }
        AttachPointScanner.Part middle = parts.get(1);
        if (middle.text().equals("cpp") && middle.isBare()) {
            requireFilled(last, "function");
            return function(last, ProbeTarget.Language.CPP);
        }
        requireFilled(middle, "source file");
        if (isNumber(last)) {
            return new ProbeTarget.SourceLine(middle.text(), Integer.parseInt(last.text()));
        }
        throw in.fail(Problem.BAD_PROBE_LANGUAGE
                .at(middle.span(), "'" + middle.text() + "'")
                .hint("cpp: is the only one; put a name that holds colons in double quotes"));
    }

    private ProbeTarget function(AttachPointScanner.Part part, ProbeTarget.Language language) {
        String text = part.text();
        if (part.isBare() && Character.isDigit(text.charAt(0))) {
            return new ProbeTarget.Address(number(part, text, Problem.BAD_ADDRESS));
        }
        int plus = text.lastIndexOf('+');
        boolean hasOffset = plus >= part.quotedEnd()
                && plus > 0
                && plus + 1 < text.length()
                && Character.isDigit(text.charAt(plus + 1));
        if (!hasOffset) {
            return new ProbeTarget.Function(text, language);
        }
        long offset = number(part, text.substring(plus + 1), Problem.BAD_OFFSET);
        return new ProbeTarget.FunctionOffset(text.substring(0, plus), language, offset);
    }

    private long number(AttachPointScanner.Part part, String digits, Problem problem) {
        Token token = NumberLexer.lex(digits, 0);
        if (token.problem() != null
                || token.span().end() != digits.length()
                || (token.number() < 0 && problem == Problem.BAD_OFFSET)) {
            throw in.fail(problem.at(part.span(), "'" + digits + "'"));
        }
        return token.number();
    }

    private ProbePattern usdt(List<AttachPointScanner.Part> parts, Span span) {
        if (parts.size() < 2 || parts.size() > 3) {
            throw in.fail(Problem.PROBE_PARTS.at(span, "usdt", USDT_FORM));
        }
        requireFilled(parts.getLast(), "name");
        String file = parts.getFirst().text().isEmpty() ? "*" : parts.getFirst().text();
        String provider = parts.size() == 3 ? parts.get(1).text() : "";
        return new ProbePattern.Usdt(file, provider, parts.getLast().text(), span);
    }

    private void requireFilled(AttachPointScanner.Part part, String what) {
        if (part.text().isEmpty()) {
            throw in.fail(Problem.EMPTY_PROBE_PART.at(part.span(), what));
        }
    }
}
