package io.trapless.tracer.resolve;

/** Why a probe, or a part of what it matches, has no site. */
public enum RefusalReason {
    /** Nothing by that name is mapped in the process. */
    NO_SUCH_MODULE,
    /** The file is not an ELF image that can be traced. */
    BAD_MODULE,
    /** What is mapped is no longer what the path leads to. */
    MODULE_REPLACED,
    /** The module has no symbols at all. */
    NO_SYMBOLS,
    NO_SUCH_FUNCTION,
    NO_SUCH_USDT_PROBE,
    /** The offset is beyond the function's end. */
    OFFSET_OUTSIDE_FUNCTION,
    /** The address is not in the module's code. */
    NOT_CODE,
    /** The implementation behind an IFUNC symbol is known only in a process that has bound it. */
    IFUNC_UNBOUND,
    /** Debugging information is needed and can't be had. */
    NO_DEBUG_INFO,
    /** No code stands at the source line. */
    NO_SUCH_LINE,
    /** Inlined code has no return. */
    INLINED
}
