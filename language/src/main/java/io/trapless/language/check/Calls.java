package io.trapless.language.check;

import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.expand.StandardNames;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Suggestion;
import io.trapless.language.types.Builtins;
import io.trapless.language.types.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls of functions: each to the family that knows it. */
final class Calls {
    private final ActionState state;
    private final Expressions expressions;
    private final OutputCalls output;
    private final MapCalls maps;
    private final MemoryCalls memory;
    private final TextCalls texts;
    private final ValueCalls values;
    private final MetaCalls metas;
    private final ProbeCalls probes;

    /** The format string of the call being looked at: it may be longer than other strings. */
    private @Nullable Expression format;

    Calls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
        this.output = new OutputCalls(state, expressions);
        this.maps = new MapCalls(state, expressions);
        this.memory = new MemoryCalls(state, expressions);
        this.texts = new TextCalls(state, expressions);
        this.values = new ValueCalls(state, expressions);
        this.metas = new MetaCalls(state, expressions);
        this.probes = new ProbeCalls(state, expressions);
    }

    /** Whether the literal is a format string. */
    boolean takesFormat(Expression literal) {
        return format != null && format.span().equals(literal.span());
    }

    Term call(Expression.Call call) {
        if (Aggregations.kind(call.function()) != null) {
            throw state.fail(call.span(), call.function() + "() must be assigned directly to a map");
        }
        return switch (call.function()) {
            case "printf", "errorf", "warnf", "system", "cat" -> formatted(call);
            case "print" -> output.print(call);
            case "join" -> output.join(call);
            case "time" -> output.time(call);
            case "exit" -> output.exit(call);
            case "clear", "zero" -> maps.reset(call);
            case "delete" -> maps.delete(call);
            case "has_key" -> maps.hasKey(call);
            case "find" -> maps.find(call);
            case "len" -> maps.length(call);
            case "is_scalar" -> maps.isScalar(call);
            case "str" -> memory.str(call);
            case "buf" -> memory.buf(call);
            case "uptr" -> memory.uptr(call);
            case "strlen" -> texts.strlen(call);
            case "strcap" -> texts.strcap(call);
            case "strncmp" -> texts.strncmp(call);
            case "strstr", "strcontains", "str_concat" -> texts.pair(call);
            case "strerror", "signal_name", "syscall_name" -> texts.nameOf(call);
            case "strftime" -> texts.strftime(call);
            case "bswap" -> values.bswap(call);
            case "ntop" -> values.ntop(call);
            case "pton" -> values.pton(call);
            case "macaddr" -> values.macaddr(call);
            case "memcmp", "memcmp_record" -> values.memcmp(call);
            case "usym" -> values.usym(call);
            case "is_err" -> values.isError(call);
            case "getopt" -> metas.getopt(call);
            case "assert" -> metas.assertion(call);
            case "static_assert" -> metas.staticAssertion(call);
            case "fail" -> metas.fail(call);
            case "is_str", "is_ptr", "is_array", "is_integer", "is_unsigned_integer" -> metas.isOfForm(call);
            case "is_literal", "__builtin_is_literal" -> metas.isLiteral(call);
            case "assert_str" -> metas.assertString(call);
            case "container_of" -> metas.containerOf(call);
            case "reg" -> probes.register(call);
            case "uaddr", "__builtin_uaddr" -> probes.symbolAddress(call);
            case "ustack", "dw_ustack", "__builtin_dw_ustack" -> probes.stack(call);
            case "signal", "signal_thread" -> probes.signal(call);
            case "nsecs" -> probes.nsecs(call);
            case "pid", "tid" -> probes.processId(call);
            case "comm" -> probes.comm(call);
            default -> named(call);
        };
    }

    private Term formatted(Expression.Call call) {
        Expression before = format;
        format = call.arguments().isEmpty()
                        || !(call.arguments().getFirst() instanceof Expression.Argument.OfExpression(Expression first))
                ? null
                : first;
        try {
            return output.formatted(call);
        } finally {
            format = before;
        }
    }

    /** Values such as {@code pid} may be written as calls; everything else is unknown. */
    private Term named(Expression.Call call) {
        Span span = call.span();
        String name = call.function();
        if (call.arguments().isEmpty() || isOwnParent(call)) {
            String plain = name.startsWith("__builtin_") ? name.substring("__builtin_".length()) : name;
            Term value = expressions.names().find(plain, span);
            if (value != null) {
                return value;
            }
        } else if (!expressions.names().isUnknown(name)) {
            throw state.fail(span, "Call to " + name + "() has arguments that do not match any definition.");
        }
        throw state.fail(unknown(name, call.functionSpan(), span));
    }

    /** {@code ppid(curtask)}: of all that bpftrace asks of the kernel's structure, this alone can be told without it. */
    private static boolean isOwnParent(Expression.Call call) {
        return call.function().equals("ppid")
                && call.arguments().size() == 1
                && call.arguments().getFirst()
                        instanceof Expression.Argument.OfExpression(Expression.Name(String name, Span _))
                && name.equals("curtask");
    }

    private Finding unknown(String name, Span nameSpan, Span span) {
        Builtins.Availability availability = Builtins.function(name);
        if (availability == null) {
            availability = Builtins.name(name);
        }
        if (availability instanceof Builtins.Availability.Kernel kernel) {
            return state.error(nameSpan, name + "() can't be had in userspace: " + kernel.reason());
        }
        if (name.equals("elf_is_exe") || name.equals("unwatch") || name.equals("write_user") || name.equals("debugf")) {
            return state.error(nameSpan, name + "() is not supported");
        }
        var finding = state.error(span, "Unknown function: '" + name + "'");
        String near = Suggestion.nearest(name, StandardNames.functions());
        return near == null ? finding : finding.hint("did you mean '" + near + "'?");
    }

    /** Checks all arguments of a call. */
    static List<Term> checked(ActionState state, Expressions expressions, Expression.Call call, int min, int max) {
        Arguments.requireCount(state, call, min, max);
        return Arguments.expressions(state, call).stream()
                .map(expressions::check)
                .toList();
    }

    /** Reports an argument that is not of the form that a function takes. */
    static Stop unsupported(ActionState state, Expression.Call call, String wanted, Type type) {
        return state.fail(
                call.span(),
                call.function() + "() only supports " + wanted + " arguments (" + type.family() + " provided)");
    }

    /** A string literal as an argument; reports anything else. */
    static String literalText(ActionState state, Expression.Call call, Term argument) {
        if (!argument.isTextLiteral()) {
            throw state.fail(
                    call.span(),
                    call.function() + "() expects a string literal ("
                            + argument.type().family() + " provided)");
        }
        return argument.text();
    }
}
