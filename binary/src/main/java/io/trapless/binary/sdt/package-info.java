/**
 * USDT probes as {@code <sys/sdt.h>} (and what is compatible with it) leaves them in ELF notes: places, semaphores and where each argument stands. The result are typed operands,
 * no text. Nothing here reads registers or memory.
 */
@NullMarked
package io.trapless.binary.sdt;

import org.jspecify.annotations.NullMarked;
