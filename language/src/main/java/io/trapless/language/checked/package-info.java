/**
 * The typed program: what the checker makes of a parsed program, and all that its runtime has to know. The tree is immutable and resolved: macros are expanded, imports merged, constants folded,
 * settings and parameters applied, every expression has its {@link io.trapless.language.types.Type}, variables are {@link io.trapless.language.checked.Slot}s, maps are {@link
 * io.trapless.language.checked.MapDescriptor}s, and every conversion is a node of its own: a reader never has to know a rule of promotion.
 *
 * <p>Way in: {@link io.trapless.language.check.ProgramChecker#check}. A program is a list of {@link io.trapless.language.checked.CheckedAction}s, one for each attach point (an action that hangs on
 * three points is there three times, since types may differ); each holds a filter and a block of {@link io.trapless.language.checked.CheckedStatement}s over {@link
 * io.trapless.language.checked.CheckedExpression}s. Actions at sites of a process have a {@link io.trapless.language.checked.Cut}: the captures that go into the target and the handler that is left,
 * in which values of the target are {@link io.trapless.language.checked.CheckedExpression.Captured} nodes. A runtime runs the cut's handler for these and the action's own block for all others.
 *
 * <p><b>Values at run time.</b> Integers, truth values, enumerations and pointers are 64-bit numbers which are always the sign- or zero-extension of their type's bytes, as in {@link
 * io.trapless.language.slice.Value}. Strings and buffers are byte strings (a {@code String} of this tree stands for the bytes that {@link io.trapless.language.syntax.StringText#bytes} gives). Arrays
 * and structures are their bytes in memory, little-endian. Tuples and records are lists of values. Variables start as zero: 0, the empty string, zero bytes; so do maps' entries that are not there.
 *
 * <p>Nothing here runs a program or touches a process.
 */
@NullMarked
package io.trapless.language.checked;

import org.jspecify.annotations.NullMarked;
