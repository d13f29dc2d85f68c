/**
 * CTF 1.8 on disk: the writer of a trace directory, the check of the packets that go into it, and the reader. The TSDL that is written here describes exactly the bytes that a target
 * writes; the offsets are those of the shared-memory layout. Whatever comes from a file or from a target is checked before it is used: damage ends in one sentence. No text for people is made here.
 */
@NullMarked
package io.trapless.trace.ctf;

import org.jspecify.annotations.NullMarked;
