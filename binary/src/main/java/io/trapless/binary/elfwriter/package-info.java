/**
 * Writes ELF files: shared objects that a dynamic linker loads, put together from finished bytes. Nothing here knows what the code in them does, and nothing reads ELF: that is
 * {@link io.trapless.binary.elf}.
 */
@NullMarked
package io.trapless.binary.elfwriter;

import org.jspecify.annotations.NullMarked;
