/**
 * The part of a program that runs in the target: a filter and a list of typed values, the input of the trampoline compiler. It is made from a checked clause by {@link io.trapless.language.slice.Slice} and given its meaning by {@link io.trapless.language.slice.Evaluator}. Nothing here knows a process, an address of a site or an instruction.
 */
package io.trapless.language.slice;
