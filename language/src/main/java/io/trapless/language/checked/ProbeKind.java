package io.trapless.language.checked;

/** What an action hangs on, with its parameters understood. */
public sealed interface ProbeKind {
    /** What {@code probetype} gives. */
    String probeType();

    /** Whether it is a site of a process. */
    default boolean isSite() {
        return this instanceof Uprobe || this instanceof Uretprobe || this instanceof Usdt;
    }

    record Begin() implements ProbeKind {
        @Override
        public String probeType() {
            return "special";
        }
    }

    record End() implements ProbeKind {
        @Override
        public String probeType() {
            return "special";
        }
    }

    /** Every {@code nanos}. */
    record Interval(long nanos) implements ProbeKind {
        @Override
        public String probeType() {
            return "interval";
        }
    }

    /**
     * The tracer gets a signal.
     *
     * @param number of the signal
     * @param name {@code SIGUSR1}
     */
    record Signal(int number, String name) implements ProbeKind {
        @Override
        public String probeType() {
            return "special";
        }
    }

    /** Runs in test mode only. */
    record Test(String name) implements ProbeKind {
        @Override
        public String probeType() {
            return "test";
        }
    }

    /** Runs in benchmark mode only. */
    record Bench(String name) implements ProbeKind {
        @Override
        public String probeType() {
            return "benchmark";
        }
    }

    /** The attach point is an {@link io.trapless.language.syntax.AttachPoint.Sites}. */
    record Uprobe() implements ProbeKind {
        @Override
        public String probeType() {
            return "uprobe";
        }
    }

    record Uretprobe() implements ProbeKind {
        @Override
        public String probeType() {
            return "uretprobe";
        }
    }

    record Usdt() implements ProbeKind {
        @Override
        public String probeType() {
            return "usdt";
        }
    }
}
