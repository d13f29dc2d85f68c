/**
 * The functions of an image by name, pattern and address, put together from all symbol tables it has: full, dynamic, compressed and separate. One
 * {@link io.trapless.binary.symbol.Function} stands for one address, whatever number of names it has. Nothing here knows a process, so an IFUNC is reported as such and its
 * implementation is left to be found there.
 */
@NullMarked
package io.trapless.binary.symbol;

import org.jspecify.annotations.NullMarked;
