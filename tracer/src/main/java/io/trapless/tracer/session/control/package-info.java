/**
 * How another command of the same user talks to a recording: a unix socket in the session's directory, one line to it and one line back. What the requests do is not decided here; see
 * {@link io.trapless.tracer.session.control.ControlHandler}.
 */
@NullMarked
package io.trapless.tracer.session.control;

import org.jspecify.annotations.NullMarked;
