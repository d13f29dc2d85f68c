/**
 * From what the user asked for to places in code: a probe pattern and a process's mappings (or a file) become sites, each in one module at one address, or refusals with a sentence. Files are read here,
 * and memory of the process where only it can tell (chosen IFUNC implementations, build ids); nothing is stopped and nothing is written.
 */
@NullMarked
package io.trapless.tracer.resolve;

import org.jspecify.annotations.NullMarked;
