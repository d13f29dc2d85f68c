/**
 * What compiled handlers call: operators whose meaning is not that of the JVM, functions on strings and addresses, memory of the target, printing. Static classes hold what depends on
 * its arguments only; {@link io.trapless.script.runtime.ScriptRuntime} holds what one run has. One thread at a time.
 */
@NullMarked
package io.trapless.script.runtime;

import org.jspecify.annotations.NullMarked;
