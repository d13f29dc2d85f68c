/**
 * What a program says, and the two ways of writing it: text as bpftrace writes it, and one JSON object a line. {@link io.trapless.script.output.Datum} is one value,
 * {@link io.trapless.script.output.Report} what a map holds; both know nothing of types, maps or programs.
 *
 * <p>Texts are byte strings: each {@code char} of a {@link String} is one byte, 0 to 255, because what a target holds need not be UTF-8. {@link
 * io.trapless.script.output.ByteText} converts.
 */
@NullMarked
package io.trapless.script.output;

import org.jspecify.annotations.NullMarked;
