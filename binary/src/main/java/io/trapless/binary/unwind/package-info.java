/**
 * Unwinding by call frame information: .eh_frame is read, its programs are run to the row of an address, and a row takes a set of registers to the caller's. Works on bytes of files and on memory that is
 * handed in: nothing here knows of processes. Facts: DWARF 5, section 6.4; LSB Core 5, "Exception Frames"; System V ABI AMD64, figure 3.36 (register numbers).
 */
@NullMarked
package io.trapless.binary.unwind;

import org.jspecify.annotations.NullMarked;
