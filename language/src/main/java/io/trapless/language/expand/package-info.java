/**
 * From the files of a program to one tree: imports are merged, macros and C constants replaced by what they stand for, and every place is a {@link io.trapless.language.diagnostic.Span} in one numbering over all sources ({@link
 * io.trapless.language.diagnostic.Sources}). No types are known here.
 */
@NullMarked
package io.trapless.language.expand;

import org.jspecify.annotations.NullMarked;
