/**
 * The shared object that arms probes from inside a process, for places where ptrace is forbidden: a dynamic linker loads it before the program ({@code LD_PRELOAD}), and its initializer does what
 * {@code tracer.attach} does from outside. Input is modules with their sites and the session's ring file; output is the bytes of an ELF file. Nothing here reads or writes a process or a file.
 *
 * <p>Where its parts lie in a process is known only there, so each module's code is compiled for made-up addresses, and the places that depend on them are found by compiling it once more for others
 * ({@link io.trapless.tracer.preload.RelocatableCode}).
 */
@NullMarked
package io.trapless.tracer.preload;

import org.jspecify.annotations.NullMarked;
