/**
 * Traps for the places where no jump is possible: uprobes of the kernel, each a breakpoint that costs the target a trap and a kernel entry, read through {@code perf_event_open(2)} without bpf. They need
 * CAP_PERFMON. Nothing here decides where a trap may stand in; see {@link io.trapless.tracer.trap.TrapRefusal} for where none can.
 */
@NullMarked
package io.trapless.tracer.trap;

import org.jspecify.annotations.NullMarked;
