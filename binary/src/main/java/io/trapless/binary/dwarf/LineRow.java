package io.trapless.binary.dwarf;

/**
 * One row of a line table (DWARF 5, section 6.2).
 *
 * @param file as the compiler was given it, the folder in front of it
 * @param line 0 if the code belongs to no line
 * @param column 0 if it is not known
 * @param statement whether a debugger would stop there
 * @param endsSequence whether it only tells where the code before it ends
 */
record LineRow(String file, int line, int column, long address, boolean statement, boolean endsSequence) {}
