package io.trapless.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A folder for sessions of one test, and what is left in it. */
record Leftovers(Path shm) {

    /** A fresh folder on a tmpfs. */
    static Leftovers fresh() throws IOException {
        return new Leftovers(Files.createTempDirectory(Path.of("/dev/shm"), "trapless-e2e"));
    }

    /** Everything in the folder, by name relative to it. */
    List<String> all() throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.walk(shm)) {
            files.filter(Files::isRegularFile)
                    .forEach(file -> names.add(shm.relativize(file).toString()));
        }
        return names;
    }

    /** Deletes the folder. */
    void delete() throws IOException {
        try (Stream<Path> files = Files.walk(shm)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
