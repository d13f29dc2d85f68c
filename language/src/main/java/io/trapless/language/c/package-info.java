/**
 * The C that a program may hold: {@code #include}, {@code #define} and conditions, {@code struct}, {@code union}, {@code enum} and {@code typedef}, laid out as the System V ABI for x86-64 lays them out. It is a preprocessor
 * and a reader of declarations, no compiler: of headers it takes types and constants and passes over functions, variables and whatever it can't read. Nothing here knows the probe language.
 */
@NullMarked
package io.trapless.language.c;

import org.jspecify.annotations.NullMarked;
