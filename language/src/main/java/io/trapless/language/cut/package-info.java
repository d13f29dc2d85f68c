/**
 * Cuts actions at sites of a process in two: what only the target can tell becomes captures ({@link io.trapless.language.slice.CaptureProgram}), and all the rest a handler over captured fields. Way in: {@link
 * io.trapless.language.cut.Cutter#cut}. Nothing here checks a program: it has been.
 *
 * <p>Captured are the leaves of expressions: arguments, registers, the return value, and what lies behind addresses that are made of such (scalars, arrays and structures of a few bytes, strings, buffers). A variable that is assigned
 * once, in the block in which it lives, from such values is seen through, so that {@code $p = (struct foo *)arg0; ... $p.next.name} is captured although the handler uses a variable; so is an entry of a map that the same action has assigned. Where another action has assigned it, the target may have a copy, a guess that the handler
 * checks ({@code Mirrors}). Arithmetic runs outside, except in
 * addresses and in a filter that is made of captured scalars alone. Reads that are left in the handler, because their address comes out of a map or a loop, or because there is no room for them in the record, are made in windows of memory that are captured where they may begin, or later.
 */
@NullMarked
package io.trapless.language.cut;

import org.jspecify.annotations.NullMarked;
