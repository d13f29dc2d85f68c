package io.trapless.language.expand;

import io.trapless.language.c.CDefinitions;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.Program;
import io.trapless.language.syntax.Statement;
import io.trapless.language.syntax.TypeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Replaces calls of macros, and names that C defines, by what they stand for. A macro is hygienic: variables that its body assigns get names of their own, variables and maps that it takes as parameters are the caller's, and
 * other maps are out of its reach.
 */
final class MacroExpander extends SyntaxMapper {
    /** Enough for any program that a person wrote; macros that call each other twice can grow without end. */
    private static final int MAX_EXPANSIONS = 20_000;

    private static final String TYPE_ARGUMENT =
            "When used as a call argument, `typeof` builtin only valid for macro calls that are expecting a type parameter";

    /** What all levels of expansion share. */
    static final class Context {
        final MacroTable macros;
        final CDefinitions definitions;
        final Findings findings;

        /** The place of the call for each block that came out of a macro. */
        final Map<Expression.Block, Span> calls;

        int expansions;

        Context(MacroTable macros, CDefinitions definitions, Findings findings, Map<Expression.Block, Span> calls) {
            this.macros = macros;
            this.definitions = definitions;
            this.findings = findings;
            this.calls = calls;
        }
    }

    private final Context context;

    /** The macros being expanded, outermost first. */
    private final List<Program.Macro> stack;

    private final List<String> constants = new ArrayList<>();
    private final Map<String, String> maps = new HashMap<>();
    private final Map<String, String> variables = new HashMap<>();
    private final Map<String, Expression.Argument> passed = new HashMap<>();
    private final Set<String> renamed = new HashSet<>();

    MacroExpander(Context context) {
        this(context, List.of());
    }

    private MacroExpander(Context context, List<Program.Macro> stack) {
        this.context = context;
        this.stack = stack;
    }

    private boolean inMacro() {
        return !stack.isEmpty();
    }

    @Override
    Expression expression(Expression expression) {
        return expression instanceof Expression.Name name ? name(name) : super.expression(expression);
    }

    private Expression name(Expression.Name name) {
        Expression.Argument argument = passed.get(name.name());
        if (argument instanceof Expression.Argument.OfExpression(Expression value)) {
            return value;
        }
        if (argument instanceof Expression.Argument.OfType(Expression.TypeOperand type)) {
            context.findings.error(type.span(), TYPE_ARGUMENT);
            return name;
        }
        if (context.macros.has(name.name())) {
            return expand(name.name(), List.of(), name.span(), name);
        }
        String constant = context.definitions.constant(name.name());
        return constant == null ? name : constant(name, constant);
    }

    private Expression constant(Expression.Name name, String text) {
        if (constants.contains(name.name())) {
            context.findings.error(name.span(), "Macro recursion: " + String.join("->", constants));
            return name;
        }
        if (!(Parser.expression(new Source(name.name(), text)) instanceof Result.Ok<Expression>(Expression value))) {
            context.findings.error(name.span(), "unable to expand macro as an expression: " + text);
            return name;
        }
        constants.add(name.name());
        Expression result = exhausted(name.span()) ? name : expression(Rebase.at(value, name.span()));
        constants.removeLast();
        return result;
    }

    @Override
    Expression call(Expression.Call call) {
        List<Expression.Argument> arguments = arguments(call.arguments());
        Expression.Call mapped = new Expression.Call(call.function(), arguments, call.functionSpan(), call.span());
        return context.macros.has(call.function()) ? expand(call.function(), arguments, call.span(), mapped) : mapped;
    }

    /** A type is passed on in the call of another macro. */
    @Override
    List<Expression.Argument> arguments(List<Expression.Argument> arguments) {
        List<Expression.Argument> out = new ArrayList<>();
        for (Expression.Argument argument : arguments) {
            boolean type = argument instanceof Expression.Argument.OfExpression(Expression.Name name)
                    && passed.get(name.name()) instanceof Expression.Argument.OfType;
            if (type && argument instanceof Expression.Argument.OfExpression(Expression.Name name)) {
                out.add(passed.getOrDefault(name.name(), argument));
            } else {
                out.addAll(super.arguments(List.of(argument)));
            }
        }
        return out;
    }

    private boolean exhausted(Span span) {
        if (++context.expansions == MAX_EXPANSIONS) {
            context.findings.error(span, "macros expand to more than " + MAX_EXPANSIONS + " calls");
        }
        return context.expansions >= MAX_EXPANSIONS;
    }

    private Expression expand(String name, List<Expression.Argument> arguments, Span span, Expression unexpanded) {
        Program.Macro macro = context.macros.find(name, arguments);
        if (macro == null) {
            if (!StandardNames.isFunction(name)) {
                mismatch(name, arguments, span);
            }
            return unexpanded;
        }
        int first = stack.indexOf(macro);
        if (first >= 0) {
            String chain = stack.subList(first, stack.size()).stream()
                    .map(Program.Macro::name)
                    .collect(Collectors.joining(" > "));
            context.findings.error(span, "Recursive macro call detected. Call chain: " + chain + " > " + name);
            return unexpanded;
        }
        if (exhausted(span)) {
            return unexpanded;
        }
        List<Program.Macro> deeper = new ArrayList<>(stack);
        deeper.add(macro);
        MacroExpander inner = new MacroExpander(context, deeper);
        inner.bind(macro, arguments, span);
        Expression.Block body = inner.block(macro.body());
        context.calls.put(body, span);
        return body;
    }

    private void bind(Program.Macro macro, List<Expression.Argument> arguments, Span call) {
        for (int i = 0; i < arguments.size(); i++) {
            Expression.Argument argument = arguments.get(i);
            Expression.MapAccess map = MacroTable.bareMap(argument);
            Expression.Variable variable = MacroTable.variable(argument);
            switch (macro.parameters().get(i)) {
                case Expression.MapAccess m when map != null -> maps.put(m.name(), map.name());
                case Expression.Variable v when variable != null -> variables.put(v.name(), variable.name());
                case Expression.Name n -> {
                    // In a block it can be read but not assigned to.
                    Expression value = map != null ? map : variable;
                    passed.put(
                            n.name(),
                            value == null
                                    ? argument
                                    : new Expression.Argument.OfExpression(
                                            new Expression.Block(List.of(), value, call)));
                }
                default -> throw new IllegalStateException("the macro does not fit");
            }
        }
    }

    private void mismatch(String name, List<Expression.Argument> arguments, Span span) {
        Sources sources = context.findings.sources();
        Program.Macro closest = context.macros.closest(name, arguments);
        Finding finding = Finding.error(
                sources.place(span), "Call to " + name + "() has arguments that do not match any definition.");
        if (closest.parameters().size() != arguments.size()) {
            context.findings.add(finding.note(
                    "The closest definition of " + name + "() has a different number of arguments. Expected: "
                            + closest.parameters().size() + " but got " + arguments.size(),
                    sources.place(closest.span())));
            return;
        }
        context.findings.add(finding);
        for (int i = 0; i < arguments.size(); i++) {
            Expression parameter = closest.parameters().get(i);
            boolean wantsMap =
                    parameter instanceof Expression.MapAccess && MacroTable.bareMap(arguments.get(i)) == null;
            boolean wantsVariable =
                    parameter instanceof Expression.Variable && MacroTable.variable(arguments.get(i)) == null;
            if (!wantsMap && !wantsVariable) {
                continue;
            }
            String word = parameter instanceof Expression.MapAccess m
                    ? "@" + m.name()
                    : "$" + ((Expression.Variable) parameter).name();
            boolean other = wantsMap
                    ? MacroTable.variable(arguments.get(i)) != null
                    : MacroTable.bareMap(arguments.get(i)) != null;
            String got = other ? (wantsMap ? "a variable" : "a map") : "an expression";
            Span place = arguments.get(i) instanceof Expression.Argument.OfExpression(Expression e) ? e.span() : span;
            context.findings.add(Finding.error(
                            sources.place(place),
                            "Mismatched arg. " + name + "() expects a " + (wantsMap ? "map" : "variable") + " for arg "
                                    + word + " but got " + got + ".")
                    .note("This is the argument in the closest definition.", sources.place(parameter.span())));
        }
    }

    @Override
    Expression.Variable variable(Expression.Variable variable) {
        if (!inMacro()) {
            return variable;
        }
        String callers = variables.get(variable.name());
        if (callers != null) {
            return new Expression.Variable(callers, variable.span());
        }
        return renamed.contains(variable.name())
                ? new Expression.Variable(ownName(variable.name()), variable.span())
                : variable;
    }

    /** A name that no program can write. */
    private String ownName(String name) {
        String depth = stack.size() == 1 ? "" : "_" + stack.size();
        return "$" + stack.getLast().name() + depth + "_" + name;
    }

    @Override
    Expression target(Expression target) {
        if (inMacro() && target instanceof Expression.Variable v && !variables.containsKey(v.name())) {
            renamed.add(v.name());
        }
        return super.target(target);
    }

    @Override
    Expression.Variable loopVariable(Expression.Variable variable) {
        if (inMacro() && !variables.containsKey(variable.name())) {
            renamed.add(variable.name());
        }
        return variable(variable);
    }

    @Override
    Statement let(Statement.Let let) {
        if (inMacro()) {
            String name = let.variable().name();
            if (variables.containsKey(name)) {
                context.findings.error(let.span(), "Variable declaration shadows macro arg $" + name);
            }
            renamed.add(name);
        }
        return super.let(let);
    }

    @Override
    Expression map(Expression.MapAccess access) {
        if (!inMacro()) {
            return super.map(access);
        }
        String callers = maps.get(access.name());
        if (callers == null) {
            context.findings.error(
                    access.span(),
                    "Unhygienic access to map: @" + access.name()
                            + ". Maps must be passed into the macro as arguments.");
            return super.map(access);
        }
        return new Expression.MapAccess(callers, expressions(access.keys()), access.span());
    }

    // Types: a bare name in a type's place is a type, and a macro's parameter may stand for one.

    @Override
    Expression.TypeOperand type(Expression.TypeOperand operand) {
        return switch (operand) {
            case Expression.TypeOperand.OfExpression(Expression.Name name, Span _) ->
                switch (passed.get(name.name())) {
                    case Expression.Argument.OfType a -> a.type();
                    case Expression.Argument.OfExpression a ->
                        new Expression.TypeOperand.OfExpression(
                                a.expression(), a.expression().span());
                    case null -> operand;
                };
            case Expression.TypeOperand.OfName(TypeName.Named(String tag, String name), Span span)
            when tag == null && passed.get(name) instanceof Expression.Argument.OfType(Expression.TypeOperand type) ->
                type instanceof Expression.TypeOperand.OfName n
                        ? new Expression.TypeOperand.OfName(n.name(), span)
                        : type;
            case Expression.TypeOperand.OfName n -> new Expression.TypeOperand.OfName(replaced(n.name(), n), n.span());
            case Expression.TypeOperand.OfExpression e -> super.type(e);
        };
    }

    private TypeName replaced(TypeName name, Expression.TypeOperand.OfName whole) {
        return switch (name) {
            case TypeName.Pointer p -> new TypeName.Pointer(replaced(p.target(), whole));
            case TypeName.Array a -> new TypeName.Array(replaced(a.element(), whole), a.length());
            case TypeName.Named n -> {
                Expression.Argument argument = passed.get(n.name());
                if (argument == null) {
                    yield n;
                }
                TypeName replacement = asTypeName(argument);
                if (replacement == null || (n.tag() != null && !isBareName(replacement))) {
                    Span place = argument instanceof Expression.Argument.OfType(Expression.TypeOperand type)
                            ? type.span()
                            : whole.span();
                    context.findings.error(
                            place,
                            "Invalid replacement for macro '" + stack.getLast().name() + "' type parameter '" + n.name()
                                    + "' which makes up the type '"
                                    + whole.name().text() + "'");
                    yield n;
                }
                yield n.tag() != null && replacement instanceof TypeName.Named bare
                        ? new TypeName.Named(n.tag(), bare.name())
                        : replacement;
            }
        };
    }

    private static boolean isBareName(TypeName name) {
        return name instanceof TypeName.Named named && named.tag() == null;
    }

    private static @Nullable TypeName asTypeName(Expression.Argument argument) {
        return switch (argument) {
            case Expression.Argument.OfType(Expression.TypeOperand.OfName n) -> n.name();
            case Expression.Argument.OfType(Expression.TypeOperand.OfExpression(Expression.Name n, Span _)) ->
                new TypeName.Named(null, n.name());
            case Expression.Argument.OfExpression(Expression.Name n) -> new TypeName.Named(null, n.name());
            default -> null;
        };
    }

    @Override
    Expression offsetOf(Expression.OffsetOf e) {
        Expression.TypeOperand operand = type(e.operand());
        List<String> path = e.path();
        if (path.size() == 1
                && passed.get(path.getFirst()) instanceof Expression.Argument.OfExpression(Expression field)) {
            path = fieldPath(field);
            if (path.isEmpty()) {
                context.findings.error(
                        field.span(),
                        "FieldAccess expressions must be made up entirely of idents (e.g. a.b.c) to replace the second argument in `offsetof`");
                return e;
            }
        }
        return new Expression.OffsetOf(operand, path, e.span());
    }

    /** The names in {@code a.b.c}; empty if it holds anything else. */
    static List<String> fieldPath(Expression expression) {
        List<String> path = new ArrayList<>();
        Expression at = expression;
        while (at instanceof Expression.Field field) {
            path.addFirst(field.field());
            at = field.base();
        }
        if (!(at instanceof Expression.Name name)) {
            return List.of();
        }
        path.addFirst(name.name());
        return path;
    }
}
