package io.trapless.tracer.session;

import io.trapless.trace.event.EventType;

/**
 * One clause at one site of one process: it has an event id of its own.
 *
 * @param address in the process, of the instruction that the jump replaces
 */
record BoundProbe(EventType event, int pid, long address) {}
