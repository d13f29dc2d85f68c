package io.trapless.script.run;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Whether a recorded event, which bears the full name of its probe, is one that an attach point means. */
final class ProbeMatch {
    private static final Pattern LIBRARY_TAIL = Pattern.compile("(-[0-9][0-9.]*)?\\.so(\\.[0-9][0-9.]*)?");

    private ProbeMatch() {}

    /** Whether {@code pattern} means the probe called {@code name}. */
    static boolean matches(ProbePattern pattern, String name) {
        if (!(Parser.attachPoint(new Source("trace", name))
                instanceof Result.Ok<AttachPoint>(AttachPoint.Sites(ProbePattern probe)))) {
            return pattern.text().equals(name);
        }
        return switch (pattern) {
            case ProbePattern.Uprobe p ->
                probe instanceof ProbePattern.Uprobe q
                        && module(p.module(), q.module())
                        && target(p.target(), q.target());
            case ProbePattern.Uretprobe p ->
                probe instanceof ProbePattern.Uretprobe q
                        && module(p.module(), q.module())
                        && target(p.target(), q.target());
            case ProbePattern.Usdt p ->
                probe instanceof ProbePattern.Usdt q
                        && module(p.module(), q.module())
                        && (p.provider().isEmpty() || glob(p.provider(), q.provider()))
                        && glob(p.name(), q.name());
        };
    }

    /** A probe's name with its file as the program writes it: a relative path stays one, also where it ends in a wildcard. */
    static String shown(CheckedAction action, String name) {
        if (!(action.attachPoint() instanceof AttachPoint.Sites(ProbePattern pattern))) {
            return name;
        }
        String written = pattern.module();
        int wild = firstWild(written);
        String folder = written.substring(0, written.lastIndexOf('/', wild) + 1);
        if (folder.isEmpty() || folder.startsWith("/")) {
            return name;
        }
        String full = Path.of("").toAbsolutePath().resolve(folder).normalize() + "/";
        int module = name.indexOf(':') + 1;
        return name.startsWith(full, module)
                ? name.substring(0, module) + folder + name.substring(module + full.length())
                : name;
    }

    private static int firstWild(String text) {
        for (int i = 0; i < text.length(); i++) {
            if ("*?[".indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return text.length();
    }

    private static boolean module(String wanted, String path) {
        if (wanted.indexOf('/') >= 0) {
            String full =
                    Path.of("").toAbsolutePath().resolve(wanted).normalize().toString();
            return glob(full, path) || glob(wanted, path);
        }
        String file = path.substring(path.lastIndexOf('/') + 1);
        return glob(wanted, file)
                || (file.startsWith(wanted)
                        && LIBRARY_TAIL.matcher(file.substring(wanted.length())).matches());
    }

    private static boolean target(ProbeTarget wanted, ProbeTarget probe) {
        return switch (wanted) {
            case ProbeTarget.Function(String pattern, ProbeTarget.Language _) ->
                probe instanceof ProbeTarget.Function(String name, ProbeTarget.Language _) && glob(pattern, name);
            case ProbeTarget.FunctionOffset(String pattern, ProbeTarget.Language _, long offset) ->
                probe instanceof ProbeTarget.FunctionOffset(String name, ProbeTarget.Language _, long at)
                        && at == offset
                        && glob(pattern, name);
            case ProbeTarget.Address _, ProbeTarget.SourceLine _ -> wanted.equals(probe);
        };
    }

    /** Whole names with {@code *}, {@code ?} and {@code [a-z]}. */
    private static boolean glob(String pattern, String name) {
        if (pattern.equals(name)) {
            return true;
        }
        StringBuilder regex = new StringBuilder();
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            int close = c == '[' ? pattern.indexOf(']', i + 1) : -1;
            if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else if (close > i + 1) {
                String set = pattern.substring(i + 1, close);
                regex.append('[')
                        .append(set.startsWith("!") ? "^" + Pattern.quote(set.substring(1)) : set.replace("\\", "\\\\"))
                        .append(']');
                i = close;
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL).matcher(name).matches();
    }
}
