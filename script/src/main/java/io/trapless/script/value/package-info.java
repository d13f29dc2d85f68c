/**
 * How values lie in the JVM while a handler runs. Integers, truth values, pointers and enumerators are {@code long}, extended to 64 bits as their type is signed or not; strings are
 * byte strings ({@link io.trapless.script.output.ByteText}); the rest are the immutable classes of this package. Boxed integers ({@link Long}) stand only inside tuples and
 * on slow paths.
 */
@NullMarked
package io.trapless.script.value;

import org.jspecify.annotations.NullMarked;
