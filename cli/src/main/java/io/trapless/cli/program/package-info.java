/**
 * {@code trapless -e PROGRAM} and {@code trapless FILE.bt}: where the language, the script runtime and the live path meet. It reads files, opens outputs and wires; what a program means stands in {@code language}, what it does
 * in {@code script}, how a process is traced in {@code tracer}.
 */
@NullMarked
package io.trapless.cli.program;

import org.jspecify.annotations.NullMarked;
