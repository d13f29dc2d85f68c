/**
 * What can be proven of an image's control flow: which addresses anything may jump to, and so which instructions may be displaced by a jump.
 * The input is an {@link io.trapless.binary.flow.ImageView}, the answers are facts or refusals with a sentence; where a proof fails the answer is the cautious one.
 * No ELF parsing, no process, no code generation.
 */
@org.jspecify.annotations.NullMarked
package io.trapless.binary.flow;
