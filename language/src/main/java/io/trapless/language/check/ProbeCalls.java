package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.EventValue;
import io.trapless.language.checked.Function;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.StackMode;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.List;

/** Functions that ask about the event, its thread and its process. */
final class ProbeCalls {
    private static final int MAX_STACK = 1024;
    private static final int MAX_SIGNAL = 64;

    private final ActionState state;
    private final Expressions expressions;

    ProbeCalls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    private void requireSite(Expression.Call call, String function) {
        if (!state.kind.isSite()) {
            throw state.fail(call.span(), function + " can not be used with \"" + state.provider() + "\" probes");
        }
    }

    Term register(Expression.Call call) {
        requireSite(call, "reg");
        Term name = Calls.checked(state, expressions, call, 1, 1).getFirst();
        RegisterName register = RegisterName.of(Calls.literalText(state, call, name));
        if (register == null) {
            throw state.fail(
                    call.span(), "'" + name.text() + "' is not a valid register on this architecture (x86_64)");
        }
        return Term.of(new CheckedExpression.Register(register, Types.UINT64, call.span()));
    }

    Term symbolAddress(Expression.Call call) {
        requireSite(call, "uaddr");
        Term name = Calls.checked(state, expressions, call, 1, 1).getFirst();
        if (!name.isTextLiteral()) {
            throw state.fail(call.span(), "uaddr() expects a string literal as the first argument");
        }
        if (!name.text().matches("[a-zA-Z0-9./_-]+")) {
            throw state.fail(
                    call.span(),
                    "uaddr() expects a string that is a valid symbol (^[a-zA-Z0-9./_-]+$) as input (\"" + name.text()
                            + "\" provided)");
        }
        int size = state.program.options.facts().symbolSize(state.point, name.text());
        boolean integer = size == 1 || size == 2 || size == 4;
        Type target = new Type.Int(integer ? size : 8, true);
        return Term.of(new CheckedExpression.SymbolAddress(name.text(), new Type.Pointer(target), call.span()));
    }

    Term stack(Expression.Call call) {
        boolean dwarf = !call.function().equals("ustack");
        if (dwarf) {
            Features.requireDwarfStack(state, call.span());
        }
        Arguments.requireCount(state, call, 0, 2);
        List<Expression> arguments = Arguments.expressions(state, call);
        StackMode mode = state.program.settings.stackMode();
        int at = 0;
        if (!arguments.isEmpty() && arguments.getFirst() instanceof Expression.Name name) {
            StackMode named = StackMode.of(name.name());
            if (named == null) {
                throw state.fail(
                        name.span(),
                        "Error parsing stack mode: " + call.function()
                                + ": Invalid value for stack_mode: valid values are bpftrace, raw, perf, and build_id.");
            }
            mode = named;
            at = 1;
        } else if (arguments.size() == 2) {
            throw state.fail(call.span(), "Expected stack mode as first argument");
        }
        int limit = at < arguments.size() ? limit(call, expressions.check(arguments.get(at))) : 127;
        return expressions.names().stack(new Type.Stack(mode, limit), dwarf, call.span());
    }

    private int limit(Expression.Call call, Term limit) {
        if (!limit.isNaturalLiteral()) {
            throw state.fail(call.span(), call.function() + ": invalid limit value");
        }
        if (Long.compareUnsigned(limit.number(), MAX_STACK) > 0) {
            throw state.fail(
                    call.span(),
                    call.function() + "([int limit]): limit shouldn't exceed " + MAX_STACK + ", "
                            + Long.toUnsignedString(limit.number()) + " given");
        }
        return (int) limit.number();
    }

    Term signal(Expression.Call call) {
        Span span = call.span();
        String shown = call.function() + "()";
        List<Term> arguments = Calls.checked(state, expressions, call, 1, 1);
        if (!state.kind.isSite()) {
            throw state.fail(span, shown + " can not be used for this probetype " + state.kind.probeType());
        }
        if (!state.program.options.unsafe()) {
            throw state.fail(span, shown + " is unsafe. To use you need the --unsafe flag");
        }
        Term argument = arguments.getFirst();
        CheckedExpression number;
        if (argument.isTextLiteral()) {
            int known = SignalNames.number(argument.text());
            if (known < 1) {
                throw state.fail(span, "Invalid string for signal: " + argument.text());
            }
            number = new CheckedExpression.NumberConstant(known, Types.UINT32, span);
        } else if (argument.isIntegerLiteral()) {
            if (argument.number() < 1 || argument.number() > MAX_SIGNAL) {
                throw state.fail(span, shown + " accepts a string literal or an integer between 1 and 64 (inclusive)");
            }
            number = new CheckedExpression.NumberConstant(argument.number(), Types.UINT32, span);
        } else if (argument.type().isInteger()) {
            number = new CheckedExpression.Convert(
                    CheckedExpression.Conversion.NUMBER, argument.node(), Types.UINT32, span);
        } else {
            throw state.fail(span, shown + " accepts a string literal or an integer");
        }
        return Term.of(new CheckedExpression.Signal(number, call.function().equals("signal_thread"), span));
    }

    /** The one word that a call has as its argument, or null if it has none. */
    private String word(Expression.Call call, String wanted) {
        Arguments.requireCount(state, call, 0, 1);
        List<Expression> arguments = Arguments.expressions(state, call);
        if (arguments.isEmpty()) {
            return "";
        }
        if (!(arguments.getFirst() instanceof Expression.Name name)) {
            throw state.fail(call.span(), call.function() + "() only supports " + wanted + " as the argument");
        }
        return name.name();
    }

    Term nsecs(Expression.Call call) {
        String clock = word(call, "monotonic, boot, tai and sw_tai");
        EventValue value = switch (clock) {
            case "", "boot" -> EventValue.NSECS_BOOT;
            case "monotonic" -> EventValue.NSECS_MONOTONIC;
            case "tai", "sw_tai" -> EventValue.NSECS_TAI;
            default -> throw state.fail(call.span(), "Invalid timestamp mode: " + clock);
        };
        return Term.of(new CheckedExpression.Event(value, call.span()));
    }

    Term processId(Expression.Call call) {
        String namespace = word(call, "curr_ns and init");
        if (!namespace.isEmpty() && !namespace.equals("curr_ns") && !namespace.equals("init")) {
            throw state.fail(call.span(), "Invalid PID namespace mode: " + namespace + " (expects: curr_ns or init)");
        }
        return Term.of(new CheckedExpression.Event(
                call.function().equals("pid") ? EventValue.PID : EventValue.TID, call.span()));
    }

    Term comm(Expression.Call call) {
        if (call.arguments().isEmpty()) {
            return Term.of(new CheckedExpression.Event(EventValue.COMM, call.span()));
        }
        Term pid = Calls.checked(state, expressions, call, 0, 1).getFirst();
        if (!pid.type().isInteger()) {
            throw state.fail(call.span(), "Only integer supported for comm()'s pid");
        }
        return Term.of(
                new CheckedExpression.Call(Function.COMM_OF, List.of(pid.node()), new Type.Str(64), call.span()));
    }
}
