package io.trapless.language.syntax;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The probe types of bpftrace, with their short names, and what becomes of them here. */
enum ProbeType {
    UPROBE(Use.SITE, "uprobe", "u"),
    URETPROBE(Use.SITE, "uretprobe", "ur"),
    USDT(Use.SITE, "usdt", "U"),
    BEGIN(Use.PROGRAM, "begin", "BEGIN"),
    END(Use.PROGRAM, "end", "END"),
    INTERVAL(Use.PROGRAM, "interval", "i"),
    SELF(Use.PROGRAM, "self"),
    TEST(Use.PROGRAM, "test"),
    BENCH(Use.PROGRAM, "bench"),
    PROFILE(Use.PROGRAM, "profile", "p"),
    WATCHPOINT(Use.PROGRAM, "watchpoint", "w", "asyncwatchpoint", "aw"),
    KPROBE("they stand in kernel functions", "kprobe", "k"),
    KRETPROBE("they stand in kernel functions", "kretprobe", "kr"),
    FENTRY("they stand in kernel functions", "fentry", "f", "kfunc"),
    FEXIT("they stand in kernel functions", "fexit", "fr", "kretfunc"),
    TRACEPOINT("they stand in kernel code", "tracepoint", "t"),
    RAWTRACEPOINT("they stand in kernel code", "rawtracepoint", "rt"),
    SOFTWARE("the kernel counts these events", "software", "s"),
    HARDWARE("the kernel programs the counters of the CPU", "hardware", "h"),
    ITER("they walk through kernel objects", "iter", "it");

    /** What a probe type is good for. */
    enum Use {
        /** Sites in a process. */
        SITE,
        /** Moments of the tracer itself: in programs only. */
        PROGRAM,
        /** Not in userspace. */
        KERNEL
    }

    private final Use use;
    private final String reason;
    private final List<String> names;

    ProbeType(Use use, String... names) {
        this.use = use;
        this.reason = "";
        this.names = List.of(names);
    }

    ProbeType(String reason, String name, String... names) {
        this.use = Use.KERNEL;
        this.reason = reason;
        this.names = Stream.concat(Stream.of(name), Stream.of(names)).toList();
    }

    Use use() {
        return use;
    }

    /** Why it can't be had, for {@link Use#KERNEL}. */
    String reason() {
        return reason;
    }

    /** The long name. */
    String text() {
        return names.getFirst();
    }

    static @Nullable ProbeType of(String name) {
        for (ProbeType type : values()) {
            if (type.names.contains(name)) {
                return type;
            }
        }
        return null;
    }
}
