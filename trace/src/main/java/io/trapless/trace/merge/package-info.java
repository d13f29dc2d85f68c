/**
 * Merging per-CPU streams by time. Only the choice of the next stream lives here: it serves recorded traces and live rings alike, and knows nothing of either.
 */
@NullMarked
package io.trapless.trace.merge;

import org.jspecify.annotations.NullMarked;
