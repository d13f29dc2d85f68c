/**
 * The tables in which trampolines keep aggregations: where each lies ({@link io.trapless.tracer.table.TableLayout}), and how they are read ({@link io.trapless.tracer.table.TableReader}). The structure itself is pinned in
 * {@link io.trapless.layout.AggregateTableDescriptor}. Nothing here knows of programs or maps.
 */
@NullMarked
package io.trapless.tracer.table;

import org.jspecify.annotations.NullMarked;
