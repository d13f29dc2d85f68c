package io.trapless.binary.demangle;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code __cxa_demangle} of libstdc++ (Itanium C++ ABI, section 3.4). Where that library is not installed no name is demangled. */
@SuppressWarnings("restricted") // Calling native code is what this class is for.
final class CppDemangler {
    private static final AddressLayout STRING =
            ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, ValueLayout.JAVA_BYTE));

    /** Characters. */
    private static final int MAX_READABLE_LENGTH = 1 << 24;

    private static final Pattern REFERENCE = Pattern.compile("[ST][0-9A-Z]*_");
    private static final Pattern EXPRESSION = Pattern.compile("X|D[Tt]");
    private static final Pattern PACK = Pattern.compile("Dp");
    private static final Pattern PACK_IN_EXPRESSION = Pattern.compile("Dp|sp");

    private static final @Nullable CppDemangler INSTANCE = load();

    private final MethodHandle demangle;
    private final MethodHandle free;

    private CppDemangler(MethodHandle demangle, MethodHandle free) {
        this.demangle = demangle;
        this.free = free;
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
            Linker linker = Linker.nativeLinker();
            SymbolLookup library = SymbolLookup.libraryLookup("libstdc++.so.6", Arena.global());
            return new CppDemangler(
                    linker.downcallHandle(
                            library.findOrThrow("__cxa_demangle"),
                            FunctionDescriptor.of(
                                    STRING,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS,
                                    ValueLayout.ADDRESS)),
                    linker.downcallHandle(
                            linker.defaultLookup().findOrThrow("free"),
                            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS)));
        } catch (IllegalArgumentException | UnsatisfiedLinkError | java.util.NoSuchElementException e) {
            return null;
        }
    }

    private @Nullable String call(String mangled) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment status = arena.allocate(ValueLayout.JAVA_INT);
            MemorySegment result = (MemorySegment)
                    demangle.invokeExact(arena.allocateFrom(mangled), MemorySegment.NULL, MemorySegment.NULL, status);
            if (result.equals(MemorySegment.NULL)) {
                return null;
            }
            try {
                return result.getString(0, StandardCharsets.UTF_8);
            } finally {
                free.invokeExact(result);
            }
        } catch (Throwable e) {
            throw new AssertionError("a downcall without upcalls cannot throw", e);
        }
    }
}
