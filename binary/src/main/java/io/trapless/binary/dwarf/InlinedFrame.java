package io.trapless.binary.dwarf;

import org.jspecify.annotations.Nullable;

/**
 * A function that was inlined into another one, as a frame that a stack would have had.
 *
 * @param symbol its name as its symbol would have it: that of C++ or Rust is mangled
 * @param position where in it; null if nothing tells
 */
public record InlinedFrame(String symbol, @Nullable SourcePosition position) {}
