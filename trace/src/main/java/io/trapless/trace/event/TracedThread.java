package io.trapless.trace.event;

/**
 * Whose events a thread's are: recorded for threads of forked children, which share the event ids of their parent.
 *
 * @param tid as records carry it
 * @param pid its process, in the tracer's pid namespace
 * @param name the kernel's {@code comm}
 */
public record TracedThread(int tid, int pid, String name) {}
