package io.trapless.binary.demangle;

import org.jspecify.annotations.Nullable;

/** Demangles C++ (Itanium ABI) and Rust (v0 and legacy) symbol names. Any thread. */
public final class Demangler {
    /** Longer names are left as they are: demanglers recurse, and a name from a hostile file must not overflow a stack. */
    static final int MAX_MANGLED_LENGTH = 4096;

    private Demangler() {}

    /** Whether a symbol has the form of a mangled name. */
    public static boolean isMangled(String symbol) {
        return symbol.startsWith("_Z") || symbol.startsWith("_R") || symbol.startsWith("__Z");
    }

    /** The readable form; null if the symbol is not mangled, is not well-formed, or needs a libstdc++ that is not installed. */
    public static @Nullable String demangle(String symbol) {
        if (!isMangled(symbol) || symbol.length() > MAX_MANGLED_LENGTH) {
            return null;
        }
        // A suffix such as .cold or .llvm.123 or @VERSION is no part of the mangling.
        int suffix = suffixStart(symbol);
        String mangled = symbol.substring(0, suffix);
        String readable = demangleWhole(mangled);
        return readable == null || suffix == symbol.length()
                ? readable
                : readable + " [" + symbol.substring(suffix) + "]";
    }

    private static @Nullable String demangleWhole(String mangled) {
        if (mangled.startsWith("_R")) {
            return RustV0Demangler.demangle(mangled);
        }
        String legacy = RustLegacyDemangler.demangle(mangled);
        return legacy != null ? legacy : CppDemangler.demangle(mangled);
    }

    private static int suffixStart(String symbol) {
        int version = symbol.indexOf('@');
        int end = version < 0 ? symbol.length() : version;
        // Legacy Rust names contain dots themselves ("..", ".llvm." after the hash).
        int hash = RustLegacyDemangler.endOfName(symbol, end);
        if (hash > 0) {
            return hash;
        }
        int dot = symbol.indexOf('.');
        return dot > 0 && dot < end ? dot : end;
    }
}
