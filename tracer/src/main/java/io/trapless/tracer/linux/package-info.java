/**
 * Linux as the tracer needs it, bound through the Foreign Function &amp; Memory API: system calls, descriptors, signals, sockets, ptrace requests and the time stamp
 * counter. Each class is a thin typed face over the kernel's own contract and keeps no state beyond a thread's scratch memory. No policy lives here: what to stop,
 * what to write and what to refuse is decided in {@code io.trapless.tracer.attach} and above.
 */
@NullMarked
package io.trapless.tracer.linux;

import org.jspecify.annotations.NullMarked;
