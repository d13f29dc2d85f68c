/**
 * Makes a typed program out of a parsed one: inference of types over all actions until nothing changes any more, checks with bpftrace's words where its tests know them, and then the tree of {@link
 * io.trapless.language.checked}. Way in: {@link io.trapless.language.check.ProgramChecker}. Nothing here runs a program, and files are read only through {@link io.trapless.language.checked.CheckOptions.Files}.
 */
@NullMarked
package io.trapless.language.check;

import org.jspecify.annotations.NullMarked;
