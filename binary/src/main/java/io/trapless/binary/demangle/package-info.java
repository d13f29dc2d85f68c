/**
 * Readable forms of mangled names: C++ through the installed libstdc++, Rust (v0 and legacy) by hand. Where a name cannot be demangled there is no result, never an exception: names
 * come from files that anybody may have written. Nothing else of libstdc++ is used, and nothing here is needed for tracing itself.
 */
@NullMarked
package io.trapless.binary.demangle;

import org.jspecify.annotations.NullMarked;
