package io.trapless.cli.program;

import io.trapless.language.checked.CheckOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads headers and imports from disk. */
final class ProgramFiles implements CheckOptions.Files {
    private static final Path SYSTEM = Path.of("/usr/include");
    private static final Path SYSTEM_OF_ARCHITECTURE = SYSTEM.resolve("x86_64-linux-gnu");

    /** Where GCC keeps the headers of the language itself, such as {@code stddef.h}. */
    private static final Path COMPILERS = Path.of("/usr/lib/gcc/x86_64-linux-gnu");

    private final List<Path> folders;

    /**
     * @param folders of {@code -I}, which are looked at first
     */
    ProgramFiles(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    @Override
    public @Nullable String header(String name, boolean angled) {
        List<Path> places = new ArrayList<>();
        if (!angled) {
            places.add(Path.of(""));
        }
        places.addAll(folders);
        places.add(SYSTEM);
        places.add(SYSTEM_OF_ARCHITECTURE);
        places.addAll(compilerFolders());
        for (Path place : places) {
            String text = read(place, name);
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    private static List<Path> compilerFolders() {
        try (Stream<Path> versions = Files.list(COMPILERS)) {
            return versions.map(version -> version.resolve("include")).sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static @Nullable String read(Path folder, String name) {
        try {
            Path file = folder.resolve(name);
            return Files.isRegularFile(file) ? Files.readString(file, StandardCharsets.UTF_8) : null;
        } catch (IOException | InvalidPathException e) {
            return null;
        }
    }

    @Override
    public CheckOptions.Imported imported(String path, @Nullable Path importer) {
        try {
            Path folder =
                    importer == null ? Path.of("") : importer.toAbsolutePath().getParent();
            Path place = (folder == null ? Path.of("") : folder).resolve(path);
            if (!Files.exists(place)) {
                return new CheckOptions.Imported.Failed("there is no such file or folder");
            }
            Path real = place.toRealPath();
            List<CheckOptions.ImportedFile> files = new ArrayList<>();
            for (Path file : Files.isDirectory(real) ? scriptsIn(real) : List.of(real)) {
                files.add(new CheckOptions.ImportedFile(file, Files.readString(file, StandardCharsets.UTF_8)));
            }
            return new CheckOptions.Imported.Found(files);
        } catch (IOException | InvalidPathException e) {
            return new CheckOptions.Imported.Failed("can't be read: " + e.getMessage());
        }
    }

    private static List<Path> scriptsIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file ->
                            file.toString().endsWith(".bt") || file.toString().endsWith(".h"))
                    .sorted()
                    .toList();
        }
    }
}
