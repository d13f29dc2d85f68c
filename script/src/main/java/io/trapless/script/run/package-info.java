/**
 * Runs a compiled program: what happens when, in which order ({@link io.trapless.script.run.ProgramRun}), and where events come from ({@link io.trapless.script.run.EventSource}: live rings or a recorded
 * trace). Everything runs on the thread that called.
 */
@NullMarked
package io.trapless.script.run;

import org.jspecify.annotations.NullMarked;
