/**
 * The outside half of a program: what runs in the tracer, over events that come from live processes or from a trace. A checked program is compiled to bytecode
 * ({@code compile}), run by a scheduler over its event sources ({@code run}), keeps its maps in {@code map}, calls {@code runtime} for its functions and says what it
 * has to say through {@code output}. Nothing here knows a live process except by the narrow interfaces that it defines itself.
 */
@NullMarked
package io.trapless.script;

import org.jspecify.annotations.NullMarked;
