package io.trapless.tracer.resolve;

import io.trapless.binary.symbol.Glob;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** How a probe names a module. Immutable. */
public final class ModuleNames {
    /** What may follow a library's bare name: {@code -2.31.so}, {@code .so.6}, {@code 3.11.so.1.0}. */
    private static final Pattern LIBRARY_TAIL = Pattern.compile("(-[0-9][0-9.]*)?\\.so(\\.[0-9][0-9.]*)?");

    private final String text;
    private final boolean wild;
    private final boolean isPath;
    private final Glob glob;

    private ModuleNames(String text, boolean wild, boolean isPath) {
        this.text = text;
        this.wild = wild;
        this.isPath = isPath;
        this.glob = Glob.of(text);
    }

    /** A name with a slash is a path, a relative one counted from the tracer's working directory; any other is a bare name. */
    public static ModuleNames of(String text) {
        boolean isPath = text.indexOf('/') >= 0;
        String path = isPath && !text.startsWith("/")
                ? Path.of("").toAbsolutePath().resolve(text).normalize().toString()
                : text;
        return new ModuleNames(path, Glob.isWild(text), isPath);
    }

    boolean isWild() {
        return wild;
    }

    boolean isPath() {
        return isPath;
    }

    /** The path or name as it is compared. */
    String text() {
        return text;
    }

    /** Whether a mapped file's path is meant; a bare name matches {@code libNAME.so*} only with its {@code lib}. */
    public boolean matches(String mappedPath) {
        if (isPath) {
            return wild ? glob.matches(mappedPath) : mappedPath.equals(text);
        }
        String name = fileName(mappedPath);
        return wild ? glob.matches(name) : isLibrary(name);
    }

    private boolean isLibrary(String name) {
        return name.equals(text)
                || (name.startsWith(text)
                        && LIBRARY_TAIL.matcher(name.substring(text.length())).matches());
    }

    static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
