package io.trapless.bench;

/**
 * How a probed function begins, which decides what a kernel uprobe costs.
 *
 * @param work name of the loop in {@code loop.c}
 * @param symbol name of the function
 * @param text for the row
 * @param maxEvents calls a thread that take about a second or two
 */
record Beginning(String work, String symbol, String text, long maxEvents) {
    static final Beginning[] ALL = {
        new Beginning("work", "work", "breakpoint on sub, single-stepped", 100_000),
        new Beginning("push", "work_push", "breakpoint on push, emulated", 1_000_000),
        new Beginning("nop5", "work_nop5", "5-byte nop", 1_000_000),
    };
}
