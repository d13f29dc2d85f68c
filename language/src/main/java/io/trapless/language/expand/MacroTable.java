package io.trapless.language.expand;

import io.trapless.language.diagnostic.Finding;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The program's macros by name; several may share a name if their parameters tell them apart. */
final class MacroTable {
    /** A wrong number of arguments outweighs all wrong kinds of arguments. */
    private static final int COUNT_WEIGHT = 1024;

    private final Map<String, List<Program.Macro>> macros = new HashMap<>();

    /** Enters a macro if it is sound. */
    void add(Program.Macro macro, Findings findings) {
        if (!hasDistinctParameters(macro, findings)) {
            return;
        }
        List<Program.Macro> same = macros.computeIfAbsent(macro.name(), _ -> new ArrayList<>());
        List<Expression.Argument> asArguments = new ArrayList<>();
        macro.parameters().forEach(p -> asArguments.add(new Expression.Argument.OfExpression(p)));
        for (Program.Macro other : same) {
            if (distance(other, asArguments) == 0) {
                findings.add(
                        Finding.error(findings.sources().place(macro.span()), "Redefinition of macro: " + macro.name())
                                .note(
                                        "This is the original definition.",
                                        findings.sources().place(other.span())));
                return;
            }
        }
        same.add(macro);
    }

    private static boolean hasDistinctParameters(Program.Macro macro, Findings findings) {
        Set<String> seen = new HashSet<>();
        for (Expression parameter : macro.parameters()) {
            String word = "";
            String kind = "";
            switch (parameter) {
                case Expression.Variable v -> {
                    word = "$" + v.name();
                    kind = "Variable";
                }
                case Expression.MapAccess m -> {
                    word = "@" + m.name();
                    kind = "Map";
                }
                case Expression.Name n -> {
                    word = n.name();
                    kind = "Ident";
                    if (ReservedNames.BUILTINS.contains(word)) {
                        findings.error(
                                parameter.span(), "syntax: builtin '" + word + "' can't be used as a macro argument");
                        return false;
                    }
                }
                default -> throw new IllegalArgumentException("no parameter: " + parameter);
            }
            if (!seen.add(word)) {
                findings.error(parameter.span(), kind + " for macro argument has already been used: " + word);
                return false;
            }
        }
        return true;
    }

    boolean has(String name) {
        return macros.containsKey(name);
    }

    /** The macro that fits the arguments, or null. */
    Program.@Nullable Macro find(String name, List<Expression.Argument> arguments) {
        for (Program.Macro macro : macros.getOrDefault(name, List.of())) {
            if (distance(macro, arguments) == 0) {
                return macro;
            }
        }
        return null;
    }

    /** The macro of that name that fits best. */
    Program.Macro closest(String name, List<Expression.Argument> arguments) {
        Program.Macro best = null;
        for (Program.Macro macro : macros.getOrDefault(name, List.of())) {
            if (best == null || distance(macro, arguments) < distance(best, arguments)) {
                best = macro;
            }
        }
        if (best == null) {
            throw new IllegalArgumentException("no macro " + name);
        }
        return best;
    }

    private static int distance(Program.Macro macro, List<Expression.Argument> arguments) {
        int parameters = macro.parameters().size();
        int distance = COUNT_WEIGHT * Math.abs(parameters - arguments.size());
        for (int i = 0; i < Math.min(parameters, arguments.size()); i++) {
            Expression parameter = macro.parameters().get(i);
            boolean wrong = (parameter instanceof Expression.MapAccess && bareMap(arguments.get(i)) == null)
                    || (parameter instanceof Expression.Variable && variable(arguments.get(i)) == null);
            distance += wrong ? 1 : 0;
        }
        return distance;
    }

    /** The map that an argument is, or null. */
    static Expression.@Nullable MapAccess bareMap(Expression.Argument argument) {
        return argument instanceof Expression.Argument.OfExpression(Expression.MapAccess map)
                        && map.keys().isEmpty()
                ? map
                : null;
    }

    /** The variable that an argument is, or null. */
    static Expression.@Nullable Variable variable(Expression.Argument argument) {
        return argument instanceof Expression.Argument.OfExpression(Expression.Variable variable) ? variable : null;
    }
}
