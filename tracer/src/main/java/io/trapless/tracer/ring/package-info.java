/**
 * The rings of a session as the tracer sees them: the file that holds them, and the one thread that copies, checks and releases what targets recorded.
 * Everything read from shared memory is copied first and checked in the private copy; no value of it is used as a size, an offset or an index before that.
 * Nothing here knows of processes, probes or trace directories: records are checked by the trace module's scanner and packets leave through
 * {@link io.trapless.tracer.ring.PacketSink}.
 */
@NullMarked
package io.trapless.tracer.ring;

import org.jspecify.annotations.NullMarked;
