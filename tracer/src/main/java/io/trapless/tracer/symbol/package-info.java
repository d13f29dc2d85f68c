/**
 * Names of addresses of code in processes: of their files, by what they had mapped, and of code that was made at run time, by perf maps. What was once seen of a process stays known when it is gone. Reads /proc and files; the
 * one thing that it asks of a process is a JVM's perf map, through the JVM's own attach socket.
 */
@NullMarked
package io.trapless.tracer.symbol;

import org.jspecify.annotations.NullMarked;
