package io.trapless.tracer.session;

import io.trapless.trace.event.EventType;

/**
 * One clause at one site of one process: it has an event id of its own.
 *
 * @param source index of its {@link CaptureSource}
 * @param address in the process, of the instruction that the jump replaces
 */
record BoundProbe(EventType event, int source, int pid, long address) {}
