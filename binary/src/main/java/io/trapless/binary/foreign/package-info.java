/** Calls of native functions. */
@NullMarked
package io.trapless.binary.foreign;

import org.jspecify.annotations.NullMarked;
