package io.trapless.tracer.resolve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Follows symbolic links as the target would. The kernel resolves an absolute link below /proc/PID/root against the root of whoever asks, so a link in another mount namespace has to be followed by
 * hand.
 */
final class TargetPaths {
    private static final int MAX_LINKS = 40;

    private TargetPaths() {}

    /**
     * The path without links.
     *
     * @param root the directory that the target sees as {@code /}
     * @return null if there is no such file
     */
    static @Nullable String canonical(Path root, String absolutePath) {
        Deque<String> rest = new ArrayDeque<>();
        pushParts(absolutePath, rest);
        Deque<String> done = new ArrayDeque<>();
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.removeFirst();
            if (part.equals("..")) {
                done.pollLast();
                continue;
            }
            Path here = below(root, String.join("/", done)).resolve(part);
            if (!Files.isSymbolicLink(here)) {
                done.addLast(part);
                continue;
            }
            String target = readLink(here);
            if (target == null || ++links > MAX_LINKS) {
                return null;
            }
            if (target.startsWith("/")) {
                done.clear();
            }
            pushParts(target, rest);
        }
        String found = "/" + String.join("/", done);
        return Files.exists(below(root, found)) ? found : null;
    }

    /** The path by which the tracer reaches a file of the target. */
    static Path below(Path root, String path) {
        return root.resolve(path.startsWith("/") ? path.substring(1) : path);
    }

    private static @Nullable String readLink(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return null;
        }
    }

    /** Puts the parts of a path before what is still to be walked. */
    private static void pushParts(String path, Deque<String> rest) {
        String[] parts = path.split("/", -1);
        for (int i = parts.length - 1; i >= 0; i--) {
            if (!parts[i].isEmpty() && !parts[i].equals(".")) {
                rest.addFirst(parts[i]);
            }
        }
    }
}
