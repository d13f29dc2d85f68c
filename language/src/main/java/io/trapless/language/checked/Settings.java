package io.trapless.language.checked;

import io.trapless.language.types.StackMode;

/**
 * The settings of a program: bpftrace's defaults, then the {@code config} block, then the environment ({@code BPFTRACE_MAX_STRLEN} and so on), each over the one before.
 *
 * @param cacheUserSymbols how long symbols are kept
 * @param cppDemangle whether C++ names in stacks are demangled
 * @param lazySymbolication whether symbols are looked up when printed
 * @param maxCatBytes most bytes that {@code cat} prints
 * @param maxMapKeys most entries of a map that is not declared
 * @param maxProbes most probes
 * @param maxStrlen bytes of a string, its NUL counted, and of a buffer, where nothing else is said
 * @param logSize bytes; accepted for programs that set it
 * @param perfRbPages pages of a ring; 0: chosen by the tracer
 * @param showDebugInfo whether stacks show file and line, and inlined functions; what bpftrace does that was built with Blazesym, unless {@code use_blazesym} is off
 * @param stackMode how stacks print where nothing else is said
 * @param strTruncTrailer what follows a string that was cut
 * @param printMapsOnExit whether maps print at the end
 * @param missingProbes what happens where a probe has no site
 * @param typeinfo whether {@code typeinfo} may be used
 * @param tseries whether {@code tseries} may be used
 * @param dwarfStack whether {@code dw_ustack} may be used
 * @param importStatements whether {@code import} may stand inside of actions
 */
public record Settings(
        SymbolCache cacheUserSymbols,
        boolean cppDemangle,
        boolean lazySymbolication,
        long maxCatBytes,
        long maxMapKeys,
        long maxProbes,
        int maxStrlen,
        long logSize,
        long perfRbPages,
        boolean showDebugInfo,
        StackMode stackMode,
        String strTruncTrailer,
        boolean printMapsOnExit,
        MissingProbes missingProbes,
        Unstable typeinfo,
        Unstable tseries,
        Unstable dwarfStack,
        Unstable importStatements) {

    public enum SymbolCache {
        PER_PID,
        PER_PROGRAM,
        NONE
    }

    public enum MissingProbes {
        IGNORE,
        WARN,
        ERROR
    }

    /** What happens where a feature is used that bpftrace calls unstable. */
    public enum Unstable {
        ENABLE,
        WARN,
        ERROR
    }
}
