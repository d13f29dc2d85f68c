/**
 * ELF-64 x86-64 files as bytes: headers, symbols, relocations, unwind tables, notes, and where the separate debug information lies. Every offset and size
 * is checked before use and nothing but {@link io.trapless.binary.elf.ElfException} comes out, because the file may be anybody's. Nothing here knows a process;
 * addresses are the file's own virtual addresses, before any load bias.
 */
@NullMarked
package io.trapless.binary.elf;

import org.jspecify.annotations.NullMarked;
