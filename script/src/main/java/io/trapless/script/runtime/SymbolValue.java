package io.trapless.script.runtime;

import org.jspecify.annotations.Nullable;

/**
 * An address of a process that prints as a symbol.
 *
 * @param name the symbol's name if it is known already, a byte string
 */
public record SymbolValue(long address, int pid, @Nullable String name) {}
