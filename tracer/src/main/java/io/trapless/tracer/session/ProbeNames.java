package io.trapless.tracer.session;

import io.trapless.binary.symbol.Glob;
import io.trapless.tracer.resolve.ModuleNames;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Which of a session's probes a user means: by the whole name, as {@code list} and summaries print it; by an attach point as {@code -e} takes it, the module bare ({@code uprobe:libc:mal*}) or left
 * out ({@code usdt:gc__*}); or by the function, or the name of the USDT probe, alone. Everything may hold wildcards.
 */
final class ProbeNames {
    private static final Map<String, String> TYPES = Map.of(
            "uprobe",
            "uprobe",
            "u",
            "uprobe",
            "uretprobe",
            "uretprobe",
            "ur",
            "uretprobe",
            "usdt",
            "usdt",
            "U",
            "usdt");

    private ProbeNames() {}

    /** Tells by its name whether a probe is meant. */
    static Predicate<String> meantBy(String text) {
        Predicate<String> whole = Glob.of(text)::matches;
        return whole.or(byParts(text));
    }

    private static Predicate<String> byParts(String text) {
        int afterType = text.indexOf(':');
        String type = afterType < 0 ? null : TYPES.get(text.substring(0, afterType));
        if (type == null) {
            Glob place = Glob.of(text);
            return name -> matchesPlace(place, name);
        }
        String rest = text.substring(afterType + 1);
        int afterModule = rest.indexOf(':');
        boolean hasModule = afterModule >= 0 && !rest.startsWith("::", afterModule);
        Glob place = Glob.of(hasModule ? rest.substring(afterModule + 1) : rest);
        Predicate<String> ofType = name -> name.startsWith(type + ":") && matchesPlace(place, name);
        if (!hasModule) {
            return ofType;
        }
        ModuleNames module = ModuleNames.of(rest.substring(0, afterModule));
        return ofType.and(name -> module.matches(module(name)));
    }

    private static String module(String name) {
        int start = name.indexOf(':') + 1;
        int end = name.indexOf(':', start);
        return end < 0 ? "" : name.substring(start, end);
    }

    /** What follows the module, or, of a USDT probe, its provider. */
    private static boolean matchesPlace(Glob pattern, String name) {
        int module = name.indexOf(':');
        int place = module < 0 ? -1 : name.indexOf(':', module + 1);
        if (place < 0) {
            return false;
        }
        int provider = name.startsWith("usdt:") ? name.indexOf(':', place + 1) : -1;
        return pattern.matches(name.substring(place + 1))
                || (provider >= 0 && pattern.matches(name.substring(provider + 1)));
    }
}
