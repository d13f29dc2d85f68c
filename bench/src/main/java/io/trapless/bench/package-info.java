/**
 * The benchmark: what one event costs, side by side with every peer that is installed and permitted, all in one run on one machine.
 * The C programs that are measured lie among the resources and are compiled when the benchmark runs; each measures itself, so no tool's own overhead
 * around the loop counts. Nothing here knows how Trapless attaches: its rows come through {@link io.trapless.bench.TraplessRunner}.
 */
package io.trapless.bench;
