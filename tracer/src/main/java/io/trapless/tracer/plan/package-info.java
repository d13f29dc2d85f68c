/**
 * Decides, for one site of one image, how it can be patched: which instructions a jump may displace, and what is dead there, or the refusal. Works on the bytes of files and the facts of
 * {@link io.trapless.binary.flow}; no process is touched here.
 */
@NullMarked
package io.trapless.tracer.plan;

import org.jspecify.annotations.NullMarked;
