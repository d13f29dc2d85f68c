/**
 * The types of the probe language, the rules by which they meet, and the names that a program may use without defining them. It is knowledge without an algorithm: what is checked with it stands where the checking is done. Nothing here generates or evaluates anything.
 */
package io.trapless.language.types;
