package io.trapless.tracer.symbol;

/**
 * A place in a function.
 *
 * @param offset bytes from the function's start
 * @param module path of the file; of code made at run time, that of the perf map
 */
public record CodeName(String name, long offset, String module) {}
