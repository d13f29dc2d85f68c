/**
 * Machine code that records: what a patched site jumps to. Input is a site's captures and the facts of one process; output is bytes for a fixed address. Nothing here
 * reads or writes a process; the sequences follow the protocol that {@link io.trapless.layout.RingDescriptor} states.
 */
@NullMarked
package io.trapless.tracer.trampoline;

import org.jspecify.annotations.NullMarked;
