/**
 * Debugging information as the probe language's checker asks for it: the parameters of a probe's function, structures and other types of its module. It translates what {@link io.trapless.binary.dwarf} reads into the language's own
 * types, and finds the module as {@link io.trapless.tracer.resolve} does. Nothing here touches a process.
 */
@NullMarked
package io.trapless.tracer.debuginfo;

import org.jspecify.annotations.NullMarked;
