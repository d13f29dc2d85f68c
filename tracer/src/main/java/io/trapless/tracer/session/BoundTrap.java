package io.trapless.tracer.session;

import io.trapless.tracer.trap.TrapProbe;

/**
 * A trap that stands in for a jump.
 *
 * @param name of the probe
 * @param address of the instruction in the process
 */
record BoundTrap(TrapProbe probe, String name, long address) {}
