package io.trapless.tracer.resolve;

/** What a site is within its function. */
public enum SiteKind {
    /** A function's first instruction (an ENDBR64 there may still be stepped over when the site is planned). */
    ENTRY,
    /** The instruction at an offset from a function's start; whether one begins there has still to be decoded. */
    OFFSET,
    /** The instruction at an address; the same. */
    ADDRESS,
    /** The first instruction of a function's body where it was inlined into another one. */
    INLINED,
    /** The nop of a USDT probe. */
    USDT,
    /** All exits of a function, whose address this is: where they are is found when they are planned. */
    EXITS
}
