/**
 * The event model: what a trace says of itself (schema, clock, environment), and one event as a flyweight over the bytes that a target wrote. Everything here is an immutable
 * record, except {@link io.trapless.trace.event.EventRecord}, which is moved from event to event. No file, no process and no CTF syntax may appear here.
 */
@NullMarked
package io.trapless.trace.event;

import org.jspecify.annotations.NullMarked;
