/**
 * Programs as text after each stage, for people: {@code trapless -d ast|types|slice}. Way in: {@link io.trapless.language.print.StagePrinter}. The texts are no input of anything.
 */
@NullMarked
package io.trapless.language.print;

import org.jspecify.annotations.NullMarked;
