/**
 * The types of the probe language and the rules by which they meet: sizes, signedness, promotion and pointer arithmetic. The names that a program may use (builtins and functions) stand here with their signatures. Nothing here generates or evaluates anything.
 */
package io.trapless.language.types;
