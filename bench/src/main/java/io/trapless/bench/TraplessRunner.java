package io.trapless.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How the benchmark reaches the tracer: attach to a live process, and let go again. Called from one thread. */
public interface TraplessRunner {

    /** What happens with the records. */
    enum Mode {
        /** They go into a trace on disk while the target runs; a full ring loses events. */
        DISK,
        /** They stay in the rings, the newest over the oldest: a flight recorder. */
        FLIGHT_RECORDER,
        /** As {@link #DISK}; where no jump is possible the kernel's breakpoint serves. */
        TRAP
    }

    /**
     * Attaches to a process and begins to record.
     *
     * @param pid a process of the benchmark
     * @param clauses of the probe language
     * @param bufferSizeBytes ring for each CPU
     * @param output folder for the trace, which does not exist yet
     * @throws BenchException if the tracer refuses, with its sentence
     */
    Recording attach(long pid, List<String> clauses, Mode mode, long bufferSizeBytes, Path output)
            throws BenchException, IOException;

    /** The words that start this very tool: what follows them are its arguments. */
    List<String> command();

    /** A process that is being recorded. */
    interface Recording {

        /** Turns all probes on or off by their enable bytes, without patching. */
        void setEnabled(boolean enabled);

        /** Lets the process go, drains the rings and tells what came out. Called once. */
        Totals detach() throws BenchException, IOException;
    }

    /**
     * What came out.
     *
     * @param events records that were written by the target
     * @param lost events the target could not record
     */
    record Totals(long events, long lost) {}
}
