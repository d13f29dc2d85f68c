package io.trapless.tracer.session;

import io.trapless.tracer.trampoline.ProcessFacts;

/**
 * What the code generator and the trace need of this machine.
 *
 * @param hasRdpid CPUID leaf 7, ECX bit 22 (Intel SDM vol. 2, CPUID)
 * @param cyclesPerSecond TSC frequency as far as it is known at the start: good to about a part in a million
 * @param clock TSC to CLOCK_MONOTONIC, for {@code nsecs}
 */
record HostFacts(boolean hasRdpid, long cyclesPerSecond, ProcessFacts.NanosecondClock clock) {}
