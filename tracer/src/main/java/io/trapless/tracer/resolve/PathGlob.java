package io.trapless.tracer.resolve;

import io.trapless.binary.symbol.Glob;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The files that a path with wildcards means. */
public final class PathGlob {
    private PathGlob() {}

    /**
     * Regular files, in order, each as it would be written in place of the wildcards; a wildcard stands for a part of one name. Folders that can't be read are passed over.
     *
     * @param text a path, relative or absolute, with or without wildcards
     */
    public static List<Path> files(String text) {
        Path written = Path.of(text);
        List<Path> found = List.of(written.isAbsolute() ? Path.of("/") : Path.of(""));
        for (Path part : written) {
            List<Path> next = new ArrayList<>();
            for (Path folder : found) {
                if (Glob.isWild(part.toString())) {
                    addMatching(folder, part.toString(), next);
                } else {
                    next.add(folder.resolve(part));
                }
            }
            found = next;
        }
        return found.stream().filter(Files::isRegularFile).sorted().toList();
    }

    private static void addMatching(Path folder, String pattern, List<Path> into) {
        try (DirectoryStream<Path> entries =
                Files.newDirectoryStream(folder.toString().isEmpty() ? Path.of(".") : folder)) {
            Glob glob = Glob.of(pattern);
            for (Path entry : entries) {
                if (glob.matches(entry.getFileName().toString())) {
                    into.add(folder.resolve(entry.getFileName()));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return; // what can't be read has no files for us
        }
    }
}
