package io.trapless.binary.symbol;

import io.trapless.binary.demangle.Demangler;
import io.trapless.binary.elf.DebugFiles;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.flow.CodeRange;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All functions of an image. Names are looked up exactly, by pattern, or in demangled form; addresses by the nearest function. Built once; then any thread may read
 * (the first look-ups build their indexes, which is idempotent).
 */
public final class SymbolTable {
    private static final char VERSION_SEPARATOR = '@';

    private final List<Function> functions;
    private volatile @Nullable Map<String, List<Function>> byName;
    private volatile @Nullable DemangledNames demangled;

    /** Whether a name was looked up: most often it is one alone, for which an index is not worth while. */
    private volatile boolean namedOnce;

    private SymbolTable(List<Function> functions) {
        this.functions = functions;
    }

    /** The functions of the tables within the file: full, dynamic, compressed, and Go's own. */
    public static SymbolTable of(ElfFile image) throws ElfException {
        return read(image, null, null);
    }

    /**
     * The same, and those of the separate debug file if one is installed.
     *
     * @param root the directory that the target sees as {@code /}
     * @param imagePath where the target sees the file, absolute
     */
    public static SymbolTable withDebugFiles(ElfFile image, Path root, Path imagePath) throws ElfException {
        return read(image, root, imagePath);
    }

    private static SymbolTable read(ElfFile image, @Nullable Path root, @Nullable Path imagePath) throws ElfException {
        SymbolReader reader = new SymbolReader(image);
        reader.add(image.dynamicSymbols());
        if (image.symbols().size() > 0) {
            reader.add(image.symbols());
        } else {
            reader.addAll(DebugFiles.miniDebugInfo(image));
            if (root != null && imagePath != null) {
                addSeparate(image, root, imagePath, reader);
            }
            reader.addGo();
        }
        return new SymbolTable(new FunctionMerger(reader).merge());
    }

    private static void addSeparate(ElfFile image, Path root, Path imagePath, SymbolReader reader) throws ElfException {
        ElfFile separate = DebugFiles.separate(image, root, imagePath);
        if (separate != null) {
            try (separate) {
                reader.addAll(separate);
            }
        }
    }

    /** All functions by address, each address once. */
    public List<Function> functions() {
        return functions;
    }

    /** The ranges of all functions, as control-flow analysis wants them. */
    public List<CodeRange> codeRanges() {
        List<CodeRange> ranges = new ArrayList<>(functions.size());
        for (Function function : functions) {
            ranges.add(new CodeRange(function.address(), function.endAddress()));
        }
        return ranges;
    }

    /**
     * The functions that a plain name means; several where static functions share it. A version may be given ({@code memcpy@GLIBC_2.2.5}, {@code memcpy@@GLIBC_2.14}); without one
     * the default version wins, and others are meant only if there is no default.
     */
    public List<Function> named(String name) {
        if (byName == null && !namedOnce) {
            namedOnce = true;
            List<Function> first = withName(name);
            if (!first.isEmpty()) {
                return first;
            }
        }
        Map<String, List<Function>> index = byName();
        List<Function> exact = index.getOrDefault(name, List.of());
        if (!exact.isEmpty()) {
            return exact;
        }
        int at = name.indexOf(VERSION_SEPARATOR, 1);
        if (at < 0) {
            return index.getOrDefault(name + VERSION_SEPARATOR, List.of());
        }
        String version = name.substring(name.startsWith("@@", at) ? at + 2 : at + 1);
        List<Function> defaults = index.getOrDefault(name.substring(0, at), List.of());
        return defaults.stream().filter(f -> version.equals(f.version())).toList();
    }

    private List<Function> withName(String name) {
        List<Function> found = new ArrayList<>();
        for (Function function : functions) {
            if (function.name().equals(name) || function.aliases().contains(name)) {
                found.add(function);
            }
        }
        return List.copyOf(found);
    }

    /** The functions of which any name matches; a version that is not the default one may be left out of the pattern. */
    public List<Function> matching(Glob glob) {
        List<Function> found = new ArrayList<>();
        for (Function function : functions) {
            if (matches(glob, function)) {
                found.add(function);
            }
        }
        return found;
    }

    private static boolean matches(Glob glob, Function function) {
        if (matchesName(glob, function.name())) {
            return true;
        }
        for (String alias : function.aliases()) {
            if (matchesName(glob, alias)) {
                return true;
            }
        }
        return false;
    }

    private static boolean matchesName(Glob glob, String name) {
        int at = name.indexOf(VERSION_SEPARATOR, 1);
        return glob.matches(name) || (at > 0 && glob.matches(name.substring(0, at)));
    }

    /**
     * The functions of which the C++ or Rust name matches, with or without parameters: {@code ns::f}, {@code ns::f(int)}, {@code ns::*}. Spaces do not count.
     */
    public List<Function> demangled(Glob glob) {
        return demangledNames().matching(glob);
    }

    /** The name for people; the symbol's own where it is not mangled or cannot be demangled. */
    public static String displayName(Function function) {
        String readable = Demangler.demangle(function.name());
        return readable == null ? function.name() : readable;
    }

    /** The last function that starts at or before an address, whether it reaches that far or not; null before the first. */
    public @Nullable Function nearest(long address) {
        int low = 0;
        int high = functions.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (functions.get(middle).address() <= address) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : functions.get(low - 1);
    }

    /** The function whose bytes include an address; null if none does. */
    public @Nullable Function covering(long address) {
        Function function = nearest(address);
        return function != null && function.contains(address) ? function : null;
    }

    /** Up to {@code limit} names that a mistyped one may have meant, best first. */
    public List<String> similarNames(String name, int limit) {
        return SimilarNames.find(byName().keySet(), name, limit);
    }

    private DemangledNames demangledNames() {
        DemangledNames names = demangled;
        if (names == null) {
            names = new DemangledNames(functions);
            demangled = names;
        }
        return names;
    }

    /** Keys are full names; a name that has no default version stands under {@code name@} too. */
    private Map<String, List<Function>> byName() {
        Map<String, List<Function>> index = byName;
        if (index == null) {
            index = new HashMap<>(functions.size() * 2);
            for (Function function : functions) {
                addName(index, function.name(), function);
                for (String alias : function.aliases()) {
                    addName(index, alias, function);
                }
            }
            byName = index;
        }
        return index;
    }

    private static void addName(Map<String, List<Function>> index, String name, Function function) {
        append(index, name, function);
        int at = name.indexOf(VERSION_SEPARATOR, 1);
        if (at > 0) {
            append(index, name.substring(0, at + 1), function);
        }
    }

    private static void append(Map<String, List<Function>> index, String key, Function function) {
        List<Function> known = index.get(key);
        if (known == null) {
            index.put(key, List.of(function));
        } else {
            List<Function> more = new ArrayList<>(known);
            more.add(function);
            index.put(key, List.copyOf(more));
        }
    }
}
