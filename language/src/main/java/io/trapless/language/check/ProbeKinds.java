package io.trapless.language.check;

import io.trapless.language.checked.ProbeKind;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.expand.Findings;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What attach points mean. */
final class ProbeKinds {
    private static final Map<String, Long> UNITS = Map.of("us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);
    private static final long SECOND = 1_000_000_000L;

    private final Findings findings;

    /** Names of tests and benchmarks so far. */
    private final Map<String, Span> names = new HashMap<>();

    ProbeKinds(Findings findings) {
        this.findings = findings;
    }

    /** The meaning of an attach point, or null if it is reported to have none. */
    @Nullable ProbeKind of(AttachPoint point) {
        return switch (point) {
            case AttachPoint.Sites(ProbePattern.Uprobe _) -> new ProbeKind.Uprobe();
            case AttachPoint.Sites(ProbePattern.Uretprobe _) -> new ProbeKind.Uretprobe();
            case AttachPoint.Sites(ProbePattern.Usdt _) -> new ProbeKind.Usdt();
            case AttachPoint.Moment moment -> moment(moment);
        };
    }

    private @Nullable ProbeKind fail(AttachPoint point, String message) {
        findings.error(point.span(), message);
        return null;
    }

    private @Nullable ProbeKind moment(AttachPoint.Moment moment) {
        List<String> parts = moment.parts();
        return switch (moment.type()) {
            case "begin", "end" -> {
                if (!parts.isEmpty()) {
                    yield fail(moment, moment.type() + " probe type requires 0 arguments, found " + parts.size());
                }
                yield moment.type().equals("begin") ? new ProbeKind.Begin() : new ProbeKind.End();
            }
            case "interval" -> interval(moment);
            case "self" -> self(moment);
            case "test", "bench" -> named(moment);
            case "profile" ->
                fail(
                        moment,
                        "profile probes are not supported: they sample every CPU by the kernel's timer; interval fires once a period");
            case "watchpoint" ->
                fail(moment, "watchpoint probes are not supported: they need the CPU's debug registers");
            default -> fail(moment, "Invalid provider: '" + moment.type() + "'");
        };
    }

    private @Nullable ProbeKind interval(AttachPoint.Moment moment) {
        List<String> parts = moment.parts();
        if (parts.isEmpty() || parts.size() > 2) {
            return fail(moment, "interval probe type requires 1 or 2 arguments, found " + parts.size());
        }
        Literals.Parsed count = Literals.parse(parts.getLast());
        if (count == null || count.unsigned()) {
            return fail(moment, "Invalid rate of interval probe: " + parts.getLast());
        }
        if (count.value() <= 0) {
            return fail(moment, "interval frequency should be a positive integer");
        }
        if (parts.size() == 1) {
            return new ProbeKind.Interval(count.value());
        }
        String unit = parts.getFirst();
        if (unit.equals("hz")) {
            return new ProbeKind.Interval(Math.max(1, SECOND / count.value()));
        }
        Long nanos = UNITS.get(unit);
        if (nanos == null) {
            return fail(moment, unit + " is not an accepted unit of time");
        }
        if (count.value() > Long.MAX_VALUE / nanos) {
            return fail(moment, "the interval is too long");
        }
        return new ProbeKind.Interval(count.value() * nanos);
    }

    private @Nullable ProbeKind self(AttachPoint.Moment moment) {
        List<String> parts = moment.parts();
        if (parts.size() != 2) {
            return fail(moment, "self probe type requires 2 arguments, found " + parts.size());
        }
        if (!parts.getFirst().equals("signal")) {
            return fail(moment, parts.getFirst() + " is not a supported trigger");
        }
        // bpftrace listens to this one alone.
        if (!parts.get(1).equals("SIGUSR1")) {
            return fail(moment, parts.get(1) + " is not a supported signal");
        }
        return new ProbeKind.Signal(SignalNames.number(parts.get(1)), parts.get(1));
    }

    private @Nullable ProbeKind named(AttachPoint.Moment moment) {
        List<String> parts = moment.parts();
        String type = moment.type();
        if (parts.size() != 1 || parts.getFirst().isEmpty()) {
            return fail(moment, type + " probes must have a name");
        }
        String name = parts.getFirst();
        Span other = names.putIfAbsent(type + ":" + name, moment.span());
        if (other != null && !other.equals(moment.span())) {
            findings.add(Finding.error(
                            findings.sources().place(moment.span()),
                            "\"" + name + "\" was used as the name for more than one " + type.toUpperCase(Locale.ROOT)
                                    + " probe")
                    .note("this is the other instance", findings.sources().place(other)));
            return null;
        }
        return type.equals("test") ? new ProbeKind.Test(name) : new ProbeKind.Bench(name);
    }
}
