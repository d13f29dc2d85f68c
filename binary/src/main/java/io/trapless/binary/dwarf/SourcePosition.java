package io.trapless.binary.dwarf;

/**
 * A line of a source file.
 *
 * @param file its path: absolute, as the compiler was given it, or below the folder in which it ran
 * @param line from 1
 */
public record SourcePosition(String file, int line) {}
