package io.trapless.tracer.trap;

import io.trapless.language.slice.CaptureProgram;

/**
 * One place that gets a breakpoint.
 *
 * @param eventId of its records
 * @param file path through which the kernel finds the very file that the target has mapped
 * @param fileOffset of the instruction, bytes
 * @param program filter and captures, of registers only: see {@link RegisterCaptures#refusal}
 */
public record TrapProbe(int eventId, String file, long fileOffset, CaptureProgram program) {}
