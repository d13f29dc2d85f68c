/**
 * Wires the stages: from clauses and processes to sites, plans, trampolines, patched text, packets and a trace, and back again. The only package that sees all the others.
 */
@NullMarked
package io.trapless.tracer.session;

import org.jspecify.annotations.NullMarked;
