package io.trapless.binary.symbol;

import io.trapless.binary.demangle.Demangler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Matches patterns against demangled names, demangling only symbols that can match at all. Results are kept; any thread, one at a time. */
final class DemangledNames {
    private final List<Function> functions;
    private final Map<String, CanonicalName> known = new HashMap<>();

    DemangledNames(List<Function> functions) {
        this.functions = functions;
    }

    synchronized List<Function> matching(Glob glob) {
        String pattern = CanonicalName.squeeze(glob.toString());
        Glob squeezed = Glob.of(pattern);
        String needed = longestIdentifier(pattern);
        List<Function> found = new ArrayList<>();
        for (Function function : functions) {
            if (matches(function.name(), squeezed, needed) || anyAlias(function, squeezed, needed)) {
                found.add(function);
            }
        }
        return found;
    }

    private boolean anyAlias(Function function, Glob glob, String needed) {
        for (String alias : function.aliases()) {
            if (matches(alias, glob, needed)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(String symbol, Glob glob, String needed) {
        if (!Demangler.isMangled(symbol) || !symbol.contains(needed)) {
            return false;
        }
        CanonicalName name = known.computeIfAbsent(symbol, DemangledNames::demangle);
        return glob.matches(name.full()) || glob.matches(name.plain());
    }

    private static CanonicalName demangle(String symbol) {
        @Nullable String readable = Demangler.demangle(symbol);
        return CanonicalName.of(readable == null ? symbol : readable);
    }

    /**
     * The longest word of a pattern that stands letter by letter in every mangled name it can match: both manglings spell identifiers out. Operators, standard
     * abbreviations and built-in types are not spelled out, so words that may come from those are not used.
     */
    private static String longestIdentifier(String pattern) {
        int parameters = pattern.indexOf('(');
        String names = parameters < 0 ? pattern : pattern.substring(0, parameters);
        if (names.contains("operator") || names.indexOf('<') >= 0 || names.indexOf('[') >= 0) {
            return "";
        }
        String best = "";
        for (String word : names.split("[^A-Za-z0-9_*?]+", -1)) {
            boolean whole = !word.isEmpty() && word.indexOf('*') < 0 && word.indexOf('?') < 0;
            if (whole && word.length() > best.length() && !CanonicalName.isAbbreviated(word)) {
                best = word;
            }
        }
        return best;
    }
}
