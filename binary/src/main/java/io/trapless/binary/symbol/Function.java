package io.trapless.binary.symbol;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One address at which code can be called, with all its names.
 *
 * @param name the most public name; a version that is not the default one is part of it ({@code memcpy@GLIBC_2.2.5})
 * @param address in the file's own terms
 * @param sizeBytes as the symbol tells it, else up to the end of its unwind entry or to the next function; 0 if nothing tells
 * @param version the version's name; null for a symbol without one
 * @param aliases its other names, without {@code name}
 */
public record Function(
        String name,
        long address,
        long sizeBytes,
        Kind kind,
        Binding binding,
        @Nullable String version,
        List<String> aliases) {

    /** GCC's and LLVM's name for what hardly ever runs. */
    private static final Pattern PART_NAME = Pattern.compile("\\.cold(\\.\\d+)?(@.*)?$");

    /** What the symbol says it is. */
    public enum Kind {
        FUNC,
        /** A resolver: called once by the loader, returns the address of the implementation that will be used. */
        IFUNC,
        /** A label without a type that nothing else covers, as hand-written assembler leaves it. */
        NOTYPE
    }

    /** Who can bind to it. */
    public enum Binding {
        GLOBAL,
        WEAK,
        LOCAL
    }

    public Function {
        aliases = List.copyOf(aliases);
    }

    /** Whether its name says that the compiler has split it off a function, as code that hardly ever runs: it is jumped to, not called. */
    public boolean isPart() {
        return PART_NAME.matcher(name).find();
    }

    public long endAddress() {
        return address + sizeBytes;
    }

    public boolean contains(long anAddress) {
        return anAddress >= address && anAddress - address < sizeBytes;
    }
}
