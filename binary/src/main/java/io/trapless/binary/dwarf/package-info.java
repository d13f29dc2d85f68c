/**
 * Debugging information in the DWARF format, versions 2 to 5, read by elfutils' libdw, which is looked for at run time: types, functions and their parameters, inlined calls, source lines. Way in: {@link
 * io.trapless.binary.dwarf.DwarfFile}. {@link io.trapless.binary.dwarf.Libdw} and {@link io.trapless.binary.dwarf.LibdwLines} alone call native code; what comes out of this package are immutable records, with the file's own addresses. Nothing here knows a process or the probe
 * language.
 */
@NullMarked
package io.trapless.binary.dwarf;

import org.jspecify.annotations.NullMarked;
