package io.trapless.cli;

/**
 * What the commands do, one method a command. The commands parse and check words; an implementation does the work, on the thread that called it,
 * writes its result to {@link Terminal#out()} and returns how it ended. Errors come back as {@link Outcome} values; an exception is a bug or I/O.
 */
public interface Actions {

    /** {@code trapless record}: records until the target ends, the limits of the request are reached or {@link Terminal#stop()} is asked for. */
    Outcome record(RecordRequest request, Terminal terminal) throws Exception;

    /** {@code trapless record --session}: records from a session whose processes arm themselves. */
    Outcome recordSession(SessionRecordRequest request, Terminal terminal) throws Exception;

    /** {@code trapless list}: prints the sites that match, one a line. */
    Outcome list(ListRequest request, Terminal terminal) throws Exception;

    /** {@code trapless list --coverage}: prints how much of files can be probed. */
    Outcome coverage(CoverageRequest request, Terminal terminal) throws Exception;

    /** {@code trapless view}: prints the events of a trace. */
    Outcome view(ViewRequest request, Terminal terminal) throws Exception;

    /** {@code trapless sessions}: prints what lies in shared memory. */
    Outcome sessions(SessionsRequest request, Terminal terminal) throws Exception;

    /** {@code trapless set}: switches probes of a running recording. */
    Outcome set(SetRequest request, Terminal terminal) throws Exception;

    /** {@code trapless snapshot}: makes a trace of what a flight recorder holds. */
    Outcome snapshot(SnapshotRequest request, Terminal terminal) throws Exception;

    /** {@code trapless recover}: turns a dead session into a trace. */
    Outcome recover(RecoverRequest request, Terminal terminal) throws Exception;

    /** {@code trapless preload}: makes a session whose processes arm themselves, and prints how to start them. */
    Outcome preload(PreloadRequest request, Terminal terminal) throws Exception;

    /** {@code trapless detach}: takes out what a tracer that died left in a process. */
    Outcome detach(DetachRequest request, Terminal terminal) throws Exception;

    /** {@code trapless demo}: the main job on something real. */
    Outcome demo(DemoRequest request, Terminal terminal) throws Exception;

    /** {@code trapless -e PROGRAM}, {@code trapless FILE.bt}: runs a bpftrace program. */
    Outcome program(ProgramRequest request, Terminal terminal) throws Exception;

    /** {@code trapless bench}: the benchmark. */
    Outcome bench(BenchRequest request, Terminal terminal) throws Exception;
}
