package io.trapless.language.syntax;

import org.jspecify.annotations.Nullable;

/** The probe types of bpftrace, with their short names, and what becomes of them here. */
enum ProbeType {
    UPROBE(Use.SITE, "", "uprobe", "u"),
    URETPROBE(Use.SITE, "", "uretprobe", "ur"),
    USDT(Use.SITE, "", "usdt", "U"),
    BEGIN(Use.PROGRAM, "", "begin", "BEGIN"),
    END(Use.PROGRAM, "", "end", "END"),
    INTERVAL(Use.PROGRAM, "", "interval", "i"),
    SELF(Use.PROGRAM, "", "self"),
    TEST(Use.PROGRAM, "", "test"),
    BENCH(Use.PROGRAM, "", "bench"),
    PROFILE(Use.PROGRAM, "", "profile", "p"),
    WATCHPOINT(Use.PROGRAM, "", "watchpoint", "w", "asyncwatchpoint", "aw"),
    KPROBE(Use.KERNEL, "they stand in kernel functions", "kprobe", "k"),
    KRETPROBE(Use.KERNEL, "they stand in kernel functions", "kretprobe", "kr"),
    FENTRY(Use.KERNEL, "they stand in kernel functions", "fentry", "f", "kfunc"),
    FEXIT(Use.KERNEL, "they stand in kernel functions", "fexit", "fr", "kretfunc"),
    TRACEPOINT(Use.KERNEL, "they stand in kernel code", "tracepoint", "t"),
    RAWTRACEPOINT(Use.KERNEL, "they stand in kernel code", "rawtracepoint", "rt"),
    SOFTWARE(Use.KERNEL, "the kernel counts these events", "software", "s"),
    HARDWARE(Use.KERNEL, "the kernel programs the counters of the CPU", "hardware", "h"),
    ITER(Use.KERNEL, "they walk through kernel objects", "iter", "it");

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
    private final String name;

    /** All names, with spaces around each. */
    private final String names;

    ProbeType(Use use, String reason, String... names) {
        this.use = use;
        this.reason = reason;
        this.name = names[0];
        this.names = " " + String.join(" ", names) + " ";
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
        return name;
    }

    static @Nullable ProbeType of(String name) {
        if (name.isBlank() || name.indexOf(' ') >= 0) {
            return null;
        }
        for (ProbeType type : values()) {
            if (type.names.contains(" " + name + " ")) {
                return type;
            }
        }
        return null;
    }
}
