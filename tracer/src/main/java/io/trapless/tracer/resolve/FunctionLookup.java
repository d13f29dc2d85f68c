package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.Glob;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.language.syntax.ProbeTarget.Language;
import java.util.ArrayList;
import java.util.List;

/** Finds the functions of one module that a pattern means, each with the name it is to be shown by. */
final class FunctionLookup {
    private FunctionLookup() {}

    /**
     * @param name as the user asked for it, or for a wildcard the one that matched
     * @param language how that name has to be read
     */
    record Match(Function function, String name, Language language) {}

    /**
     * A name is first taken as it stands. Then, with wildcards, as a pattern over symbols; and, if it can be one, as a C++ or Rust name.
     */
    static List<Match> find(SymbolTable symbols, String pattern, Language language) throws ElfException {
        if (language == Language.CPP) {
            return demangled(symbols, pattern, language);
        }
        List<Function> exact = symbols.named(pattern);
        if (!exact.isEmpty()) {
            return exact.stream().map(f -> new Match(f, pattern, language)).toList();
        }
        boolean qualified = pattern.contains("::") || pattern.indexOf('(') >= 0;
        if (Glob.isWild(pattern) && !qualified) {
            return wild(symbols, pattern);
        }
        return demangled(symbols, pattern, language);
    }

    private static List<Match> wild(SymbolTable symbols, String pattern) {
        Glob glob = Glob.of(pattern);
        List<Match> found = new ArrayList<>();
        for (Function function : symbols.matching(glob)) {
            if (function.kind() != Function.Kind.NOTYPE) {
                found.add(new Match(function, matchingName(glob, function), Language.ANY));
            }
        }
        return found;
    }

    private static String matchingName(Glob glob, Function function) {
        if (!glob.matches(function.name())) {
            for (String alias : function.aliases()) {
                if (glob.matches(alias)) {
                    return alias;
                }
            }
        }
        return function.name();
    }

    /** A name that stands for one function is shown as it was asked for; overloads are shown in full. */
    private static List<Match> demangled(SymbolTable symbols, String pattern, Language language) {
        List<Function> found = symbols.demangled(Glob.of(pattern));
        if (found.size() == 1 && !Glob.isWild(pattern)) {
            return List.of(new Match(found.getFirst(), pattern, language));
        }
        return found.stream()
                .map(f -> new Match(f, SymbolTable.displayName(f), language))
                .toList();
    }
}
