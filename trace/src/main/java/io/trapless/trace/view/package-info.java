/**
 * A trace as text for people and as JSON for programs, one event a line. Bytes are formatted straight into one large buffer; nothing is allocated for an event. Files are read by the
 * CTF package; nothing here knows how a trace lies on disk.
 */
@NullMarked
package io.trapless.trace.view;

import org.jspecify.annotations.NullMarked;
