package io.trapless.tracer.resolve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The libraries that the system's dynamic linker finds by name: those of {@code /etc/ld.so.cache} (glibc: sysdeps/generic/dl-cache.h, {@code struct cache_file_new}), or of its usual folders where there
 * is no such file.
 */
final class LoaderCache {
    private static final Path FILE = Path.of("/etc/ld.so.cache");
    private static final List<Path> FOLDERS = List.of(
            Path.of("/lib/x86_64-linux-gnu"),
            Path.of("/usr/lib/x86_64-linux-gnu"),
            Path.of("/lib64"),
            Path.of("/usr/lib64"),
            Path.of("/lib"),
            Path.of("/usr/lib"),
            Path.of("/usr/local/lib"));

    private static final byte[] MAGIC = "glibc-ld.so.cache1.1".getBytes(StandardCharsets.US_ASCII);
    private static final int COUNT_AT = 20;
    private static final int HEADER_SIZE = 48;
    private static final int ENTRY_SIZE = 24;
    private static final int ENTRY_VALUE = 8;
    private static final int ENTRY_CAPABILITIES = 16;

    /** A library for glibc 2 on x86-64. */
    private static final int FLAGS_X86_64 = 0x0303;

    private LoaderCache() {}

    /** Paths of all libraries, in the order in which the linker would find them; a cache that can't be understood counts as absent. */
    static List<Path> libraries() {
        try {
            return parse(Files.readAllBytes(FILE));
        } catch (IOException | RuntimeException _) {
            return inFolders(FOLDERS);
        }
    }

    /** Those of a cache file. Throws an unchecked exception, of whatever kind, if the file is malformed. */
    static List<Path> parse(byte[] cache) {
        if (!Arrays.equals(cache, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new IllegalArgumentException("not a cache of this format");
        }
        ByteBuffer bytes = ByteBuffer.wrap(cache).order(ByteOrder.LITTLE_ENDIAN);
        int count = bytes.getInt(COUNT_AT);
        Set<Path> paths = new LinkedHashSet<>();
        for (int i = 0; i < count; i++) {
            int entry = HEADER_SIZE + i * ENTRY_SIZE;
            // Those for certain processors only are left out: which one the linker prefers depends on the processor.
            if (bytes.getInt(entry) == FLAGS_X86_64 && bytes.getLong(entry + ENTRY_CAPABILITIES) == 0) {
                paths.add(Path.of(string(cache, bytes.getInt(entry + ENTRY_VALUE))));
            }
        }
        return List.copyOf(paths);
    }

    private static String string(byte[] cache, int offset) {
        int end = offset;
        while (cache[end] != 0) {
            end++;
        }
        return new String(cache, offset, end - offset, StandardCharsets.UTF_8);
    }

    private static List<Path> inFolders(List<Path> folders) {
        List<Path> paths = new ArrayList<>();
        folders.stream().filter(Files::isDirectory).forEach(folder -> addAll(paths, folder));
        return paths;
    }

    private static void addAll(List<Path> paths, Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.so*")) {
            files.forEach(paths::add);
        } catch (IOException | DirectoryIteratorException _) {
            return; // not ours to read
        }
    }
}
