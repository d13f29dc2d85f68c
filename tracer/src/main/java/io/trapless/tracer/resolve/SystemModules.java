package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.Segment;
import io.trapless.binary.symbol.Function;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files of this system, without a process: a path means that file, a bare name a library that the dynamic linker finds, or else a program of {@code PATH}. All are taken to be loaded with the same
 * bias.
 */
final class SystemModules implements Modules {
    private static final Path ROOT = Path.of("/");

    private final ImageFiles files;
    private final long loadBias;
    private final @Nullable String searchPath;
    private final Map<Path, ModuleImage> open = new LinkedHashMap<>();
    private @Nullable List<Path> libraries;

    /**
     * @param loadBias of every module
     * @param searchPath folders of programs, as PATH has them; may be null
     */
    SystemModules(ImageFiles files, long loadBias, @Nullable String searchPath) {
        this.files = files;
        this.loadBias = loadBias;
        this.searchPath = searchPath;
    }

    @Override
    public List<ModuleImage> find(ModuleNames name, List<Refusal> passedOver) throws ResolveException {
        List<ModuleImage> found = new ArrayList<>();
        for (Path path : paths(name)) {
            try {
                found.add(open(path));
            } catch (ElfException e) {
                ResolveException refused = new ResolveException(RefusalReason.BAD_MODULE, e.sentence(path.toString()));
                if (!name.isWild()) {
                    throw refused;
                }
                passedOver.add(refused.refusal(path.toString()));
            }
        }
        return found;
    }

    private Set<Path> paths(ModuleNames name) throws ResolveException {
        Set<Path> paths = new LinkedHashSet<>();
        if (name.isPath()) {
            PathGlob.files(name.text()).forEach(path -> add(paths, path));
        } else {
            for (Path library : libraries()) {
                if (name.matches(library.toString())) {
                    add(paths, library);
                }
            }
            if (paths.isEmpty() && !name.isWild()) {
                addProgram(paths, name.text());
            }
        }
        if (paths.isEmpty()) {
            throw new ResolveException(
                    RefusalReason.NO_SUCH_MODULE,
                    name.isPath()
                            ? "there is no file " + name.text() + ": check the path"
                            : "the dynamic linker finds no library '" + name.text()
                                    + "', and PATH no such program: give the path of the file");
        }
        return paths;
    }

    private List<Path> libraries() {
        List<Path> known = libraries;
        if (known == null) {
            known = LoaderCache.libraries();
            libraries = known;
        }
        return known;
    }

    private void addProgram(Set<Path> paths, String name) {
        for (String folder : (searchPath == null ? "" : searchPath).split(":", -1)) {
            if (folder.startsWith("/")) {
                Path program = Path.of(folder, name);
                if (Files.isExecutable(program)) {
                    add(paths, program);
                    return;
                }
            }
        }
    }

    /** By its path without links: two names of one file are one module. */
    private static void add(Set<Path> paths, Path path) {
        String real = TargetPaths.canonical(ROOT, path.toString());
        if (real != null && Files.isRegularFile(Path.of(real))) {
            paths.add(Path.of(real));
        }
    }

    private ModuleImage open(Path path) throws ElfException {
        ModuleImage known = open.get(path);
        if (known == null) {
            ImageFile file = files.open(path, 0, 0, path.toString(), ROOT);
            long start = Long.MAX_VALUE;
            long end = 0;
            for (Segment segment : file.elf().segments()) {
                if (segment.isLoaded() && segment.isExecutable()) {
                    start = Math.min(start, segment.address());
                    end = Math.max(end, segment.endAddress());
                }
            }
            known = new ModuleImage(path.toString(), file, loadBias, start + loadBias, end + loadBias);
            open.put(path, known);
        }
        return known;
    }

    @Override
    public long implementationOf(ModuleImage module, Function resolver) {
        return UNKNOWN;
    }
}
