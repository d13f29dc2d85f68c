package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.MemoryMapping;
import io.trapless.tracer.attach.TargetProcess;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/** Whether there is a file, as a process sees it, that a module name means though it is not mapped: a library that may be loaded later. */
public final class LibrarySearch {
    /** Where dynamic linkers look by default (ld.so(8)), on the common distributions. */
    private static final Set<String> STANDARD_FOLDERS = Set.of(
            "/lib",
            "/usr/lib",
            "/usr/local/lib",
            "/lib64",
            "/usr/lib64",
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu");

    /** Of the auxiliary vector (getauxval(3)): where the dynamic linker is; 0 for a static program. */
    private static final int AT_BASE = 7;

    private LibrarySearch() {}

    /**
     * True for the path of a library, for the bare name of one in a standard folder or beside one that is mapped, and for a pattern that means such a one; false for the path of a program, and if
     * the process has no dynamic linker that could load anything.
     */
    public static boolean exists(TargetProcess target, String module) {
        try {
            ModuleNames name = ModuleNames.of(module);
            if (target.auxiliaryValue(AT_BASE) == 0) {
                return false;
            }
            Path root = Path.of(target.root());
            if (name.isWild() && name.isPath()) {
                return PathGlob.files(TargetPaths.below(root, name.text()).toString()).stream()
                        .anyMatch(LibrarySearch::isCalledLibrary);
            }
            return name.isPath() ? isLibrary(root, name.text()) : isInFolder(target, root, name);
        } catch (InvalidPathException | AttachException e) {
            return false;
        }
    }

    /** Whether some process could map a file of that name, as the tracer sees files: a path that leads to one, a pattern, or the bare name of a library or command; one may also lie where only others see it. */
    public static boolean mayExist(String module) {
        try {
            ModuleNames name = ModuleNames.of(module);
            if (name.isPath() || name.isWild()) {
                return name.isWild() || Files.isRegularFile(Path.of(name.text()));
            }
            Set<String> folders = new LinkedHashSet<>(STANDARD_FOLDERS);
            String path = System.getenv("PATH");
            folders.addAll(Arrays.asList((path == null ? "/usr/bin:/bin" : path).split(":", -1)));
            return folders.stream().anyMatch(folder -> holds(Path.of(folder), name));
        } catch (InvalidPathException e) {
            return false;
        }
    }

    /** Whether a process could load a module by that name while it runs: not if it is the path of what is a program and nothing else. */
    public static boolean mayBeLibrary(String module) {
        try {
            ModuleNames name = ModuleNames.of(module);
            return name.isWild()
                    || !name.isPath()
                    || !Files.isRegularFile(Path.of(name.text()))
                    || isLibrary(Path.of("/"), name.text());
        } catch (InvalidPathException e) {
            return true;
        }
    }

    private static boolean isLibrary(Path root, String path) {
        String canonical = TargetPaths.canonical(root, path);
        if (canonical == null) {
            return false;
        }
        try (ElfFile file = ElfFile.open(TargetPaths.below(root, canonical))) {
            // Some libraries can be started as a program too; those have a name for others to link with.
            return file.interpreter() == null || file.soname() != null;
        } catch (ElfException e) {
            return false;
        }
    }

    /** Folders hold much that a pattern means by accident. */
    private static boolean isCalledLibrary(Path file) {
        return file.getFileName().toString().contains(".so");
    }

    private static boolean isInFolder(TargetProcess target, Path root, ModuleNames name) {
        return folders(target).stream().anyMatch(folder -> holds(TargetPaths.below(root, folder), name));
    }

    private static boolean holds(Path folder, ModuleNames name) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (name.matches(file.toString()) && (!name.isWild() || isCalledLibrary(file))) {
                    return true;
                }
            }
            return false;
        } catch (IOException | DirectoryIteratorException e) {
            return false; // there is none, or it can't be looked into
        }
    }

    private static Set<String> folders(TargetProcess target) {
        Set<String> folders = new LinkedHashSet<>(STANDARD_FOLDERS);
        try {
            for (MemoryMapping mapping : target.mappings()) {
                int slash = mapping.path().lastIndexOf('/');
                if (mapping.isFile() && mapping.executable() && slash > 0) {
                    folders.add(mapping.path().substring(0, slash));
                }
            }
        } catch (AttachException e) {
            return folders; // it is just ending
        }
        return folders;
    }
}
