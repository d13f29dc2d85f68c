/**
 * Everything that is done to a live process from outside: stopping its threads and letting them go as they were, system calls in its name, mappings near its modules, and
 * writing its text. It is the only user of ptrace, and each step leaves the process able to go on alone if the tracer dies after it. It knows threads, addresses and bytes;
 * what a probe is, which bytes are safe to displace and what a trampoline does is decided elsewhere.
 */
@NullMarked
package io.trapless.tracer.attach;

import org.jspecify.annotations.NullMarked;
