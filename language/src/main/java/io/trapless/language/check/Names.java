package io.trapless.language.check;

import io.trapless.language.c.CDefinitions;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.EventValue;
import io.trapless.language.checked.Function;
import io.trapless.language.checked.ProbeKind;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.expand.StandardNames;
import io.trapless.language.slice.Limits;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;
import io.trapless.language.syntax.Suggestion;
import io.trapless.language.types.Builtins;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What bare names mean: values of the event and of the tracer, and enumerators. */
final class Names {
    private static final Map<String, EventValue> EVENT = Map.ofEntries(
            Map.entry("pid", EventValue.PID),
            Map.entry("tid", EventValue.TID),
            Map.entry("uid", EventValue.UID),
            Map.entry("gid", EventValue.GID),
            Map.entry("cpu", EventValue.CPU),
            Map.entry("numaid", EventValue.NUMA_NODE),
            Map.entry("comm", EventValue.COMM),
            Map.entry("ppid", EventValue.PARENT_PID),
            Map.entry("pcomm", EventValue.PARENT_COMM),
            Map.entry("leader_tid", EventValue.PID),
            Map.entry("nsecs", EventValue.NSECS_BOOT),
            Map.entry("elapsed", EventValue.ELAPSED),
            Map.entry("rand", EventValue.RANDOM),
            Map.entry("ncpus", EventValue.CPU_COUNT));

    private static final Set<String> OTHERS = Set.of(
            "retval",
            "func",
            "probe",
            "probetype",
            "usermode",
            "username",
            "cpid",
            "has_cpid",
            "ustack",
            "dw_ustack",
            "args",
            "config",
            "default_str_length",
            "elf_info",
            "leader_comm");

    private final ActionState state;

    Names(ActionState state) {
        this.state = state;
    }

    /** The value of a name; reports a name that has none. */
    Term name(String name, Span span) {
        Term value = find(name.startsWith("__builtin_") ? name.substring("__builtin_".length()) : name, span);
        if (value != null) {
            return value;
        }
        CDefinitions.Enumerator enumerator = state.program.definitions().enumerator(name);
        if (enumerator != null) {
            return Term.of(new CheckedExpression.NumberConstant(enumerator.value(), enumerator.type(), span));
        }
        throw unknown(name, span);
    }

    /** Whether the name is no value: in a type's place a type is meant then. */
    boolean isUnknown(String name) {
        return !EVENT.containsKey(name)
                && !OTHERS.contains(name)
                && argumentIndex(name) < 0
                && !name.startsWith("__builtin_")
                && state.program.definitions().enumerator(name) == null;
    }

    /** The value of a built-in name, or null if there is none. */
    @Nullable Term find(String name, Span span) {
        EventValue value = EVENT.get(name);
        if (value != null) {
            return event(value, span);
        }
        int argument = argumentIndex(name);
        if (argument >= 0) {
            return argument(argument, name, span);
        }
        return switch (name) {
            case "retval" -> retval(span);
            case "func" -> function(span);
            case "probe" ->
                state.point instanceof AttachPoint.Sites
                        ? event(EventValue.PROBE, span)
                        : Literals.text(state.point.text(), span);
            case "probetype" -> Literals.text(state.kind.probeType(), span);
            case "usermode" ->
                state.kind.probeType().equals("special")
                        ? Literals.number(1, false, span)
                        : event(EventValue.USER_MODE, span);
            case "username" ->
                Term.of(new CheckedExpression.Convert(
                        CheckedExpression.Conversion.USERNAME,
                        new CheckedExpression.Event(EventValue.UID, span),
                        new Type.Special(Type.Special.Kind.USERNAME),
                        span));
            case "cpid" -> childPid(span);
            case "has_cpid" -> Literals.truth(state.program.options.hasChild(), span);
            case "ustack" -> stack(span, false);
            case "dw_ustack" -> stack(span, true);
            case "args" -> arguments(span);
            case "config" -> SettingsRecord.of(state.program.settings, span);
            case "safe_mode" -> Literals.truth(!state.program.options.unsafe(), span);
            case "arch" -> Literals.text("x86_64", span);
            case "default_str_length" -> Literals.number(state.program.settings.maxStrlen(), false, span);
            case "elf_info", "elf_ino" -> event(EventValue.MODULE_ID, span);
            case "leader_comm" -> event(EventValue.COMM, span);
            default -> null;
        };
    }

    private Stop unknown(String name, Span span) {
        if (Builtins.name(name) instanceof Builtins.Availability.Kernel kernel) {
            return state.fail(span, name + " can't be had in userspace: " + kernel.reason());
        }
        if (name.matches("sarg[0-9]+")) {
            return state.fail(
                    state.error(span, "sarg* is deleted. This was deprecated in v0.21 and was last available in v0.24.")
                            .hint("Use *(reg(\"sp\") + <stack_offset>) instead."));
        }
        if (StandardNames.isFunction(name)) {
            return state.fail(state.error(span, "Unknown identifier: '" + name + "'")
                    .hint("it is a function: call it, " + name + "(...)"));
        }
        String near = Suggestion.nearest(name, Builtins.suggestions());
        return state.fail(
                near == null
                        ? state.error(span, "Unknown identifier: '" + name + "'")
                        : state.error(span, "Unknown identifier: '" + name + "'")
                                .hint("did you mean '" + near + "'?"));
    }

    private static Term event(EventValue value, Span span) {
        return Term.of(new CheckedExpression.Event(value, span));
    }

    /** N of {@code argN}, or -1. */
    private static int argumentIndex(String name) {
        return name.matches("arg(0|[1-9][0-9]{0,3})") ? Integer.parseInt(name.substring(3)) : -1;
    }

    private Term argument(int index, String name, Span span) {
        if (!(state.kind instanceof ProbeKind.Uprobe) && !(state.kind instanceof ProbeKind.Usdt)) {
            throw state.fail(
                    span, "The " + name + " builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes");
        }
        if (index > Limits.MAX_ARGUMENT) {
            throw state.fail(span, "x86_64 doesn't support " + name);
        }
        return Term.of(new CheckedExpression.Argument(index, Types.UINT64, span));
    }

    private Term retval(Span span) {
        if (!(state.kind instanceof ProbeKind.Uretprobe)) {
            throw state.fail(
                    span, "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes");
        }
        return Term.of(new CheckedExpression.ReturnValue(Types.UINT64, span));
    }

    private Term function(Span span) {
        if (!(state.kind instanceof ProbeKind.Uprobe) && !(state.kind instanceof ProbeKind.Uretprobe)) {
            throw state.fail(span, "The func builtin can not be used with '" + state.provider() + "' probes");
        }
        return isNamed(state.point) ? event(EventValue.FUNCTION, span) : symbol(span);
    }

    /** Whether the probe's own name tells the function. */
    private static boolean isNamed(AttachPoint point) {
        return !(point instanceof AttachPoint.Sites(ProbePattern.Uprobe uprobe))
                || uprobe.target() instanceof ProbeTarget.Function
                || uprobe.target() instanceof ProbeTarget.FunctionOffset;
    }

    /** The function around the instruction. */
    private static Term symbol(Span span) {
        return Term.of(new CheckedExpression.Call(
                Function.USYM,
                List.of(new CheckedExpression.Register(RegisterName.RIP, Types.UINT64, span)),
                new Type.Special(Type.Special.Kind.USYM),
                span));
    }

    private Term childPid(Span span) {
        CheckedExpression pid = new CheckedExpression.Event(EventValue.CHILD_PID, span);
        return Term.of(
                state.program.options.hasChild()
                        ? pid
                        : new CheckedExpression.Call(Function.CHECKED_CHILD_PID, List.of(pid), Types.UINT64, span));
    }

    private Term stack(Span span, boolean dwarf) {
        return stack(new Type.Stack(state.program.settings.stackMode(), 127), dwarf, span);
    }

    /** A user stack, which only a thread of a traced process has. */
    Term stack(Type.Stack type, boolean dwarf, Span span) {
        return Term.of(new CheckedExpression.UserStack(type, dwarf, span));
    }

    /** {@code args}: the parameters by their names. */
    private Term arguments(Span span) {
        return new DebugTypes(state).arguments(span);
    }
}
