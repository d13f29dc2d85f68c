package io.trapless.binary.demangle;

import io.trapless.binary.foreign.Downcall;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code __cxa_demangle} of libstdc++ (Itanium C++ ABI, section 3.4). Where that library is not installed no name is demangled. */
@SuppressWarnings("restricted") // Calling native code is what this class is for.
final class CppDemangler {
    /** Characters. */
    private static final int MAX_READABLE_LENGTH = 1 << 24;

    private static final Pattern REFERENCE = Pattern.compile("[ST][0-9A-Z]*_");
    private static final Pattern EXPRESSION = Pattern.compile("X|D[Tt]");
    private static final Pattern PACK = Pattern.compile("Dp");
    private static final Pattern PACK_IN_EXPRESSION = Pattern.compile("Dp|sp");

    private static final MemorySegment FREE = Downcall.libc("free");
    private static final @Nullable CppDemangler INSTANCE = load();

    private final MemorySegment demangle;

    private CppDemangler(MemorySegment demangle) {
        this.demangle = demangle;
    }

    static boolean isAvailable() {
        return INSTANCE != null;
    }

    static @Nullable String demangle(String mangled) {
        CppDemangler instance = INSTANCE;
        return instance == null || mayBeHuge(mangled) ? null : instance.call(mangled);
    }

    /**
     * Whether the readable form might not fit in memory: substitutions and template parameters repeat what stands before them, and so double it again and again; pack expansions repeat their pattern.
     * {@code __cxa_demangle} knows no limit. An estimate from above: most is made of N references by three of them a level. Names of real programs stay below it, but for one in some thousands.
     */
    private static boolean mayBeHuge(String mangled) {
        long references = REFERENCE.matcher(mangled).results().count();
        boolean hasExpressions = EXPRESSION.matcher(mangled).find();
        long packs = (hasExpressions ? PACK_IN_EXPRESSION : PACK)
                .matcher(mangled)
                .results()
                .count();
        double length = mangled.length();
        return length * Math.pow(3, references / 3.0) * Math.pow(Math.max(1, length / 4), (double) packs)
                > MAX_READABLE_LENGTH;
    }

    private static @Nullable CppDemangler load() {
        try {
            SymbolLookup library = SymbolLookup.libraryLookup("libstdc++.so.6", Arena.global());
            return new CppDemangler(library.findOrThrow("__cxa_demangle"));
        } catch (IllegalArgumentException | UnsatisfiedLinkError | java.util.NoSuchElementException e) {
            return null;
        }
    }

    private @Nullable String call(String mangled) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            long result = Downcall.call(demangle, arena.allocateFrom(mangled).address(), 0, 0, status.address());
            if (result == 0) {
                return null;
            }
            try {
                return MemorySegment.ofAddress(result)
                        .reinterpret(Long.MAX_VALUE)
                        .getString(0, StandardCharsets.UTF_8);
            } finally {
                Downcall.call(FREE, result);
            }
        }
    }
}
