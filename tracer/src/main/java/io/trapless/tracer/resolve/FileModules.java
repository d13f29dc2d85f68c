package io.trapless.tracer.resolve;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.Segment;
import io.trapless.binary.symbol.Function;
import java.nio.file.Path;
import java.util.List;

/** One file, without a process. */
final class FileModules implements Modules {
    private static final Path ROOT = Path.of("/");

    private final ModuleImage module;

    FileModules(Path path, ImageFiles files) throws ElfException {
        String shown = path.toAbsolutePath().normalize().toString();
        ImageFile file = files.open(path, 0, 0, shown, ROOT);
        long start = Long.MAX_VALUE;
        long end = 0;
        for (Segment segment : file.elf().segments()) {
            if (segment.isLoaded() && segment.isExecutable()) {
                start = Math.min(start, segment.address());
                end = Math.max(end, segment.endAddress());
            }
        }
        this.module = new ModuleImage(shown, file, 0, start, end);
    }

    @Override
    public List<ModuleImage> find(ModuleNames name, List<Refusal> passedOver) throws ResolveException {
        boolean same = name.matches(module.path());
        if (!same && name.isPath() && !name.isWild()) {
            String wanted = TargetPaths.canonical(ROOT, name.text());
            same = wanted != null && wanted.equals(TargetPaths.canonical(ROOT, module.path()));
        }
        if (!same) {
            throw new ResolveException(
                    RefusalReason.NO_SUCH_MODULE, "'" + name.text() + "' is not " + module.path() + ": leave the file out");
        }
        return List.of(module);
    }

    @Override
    public long implementationOf(ModuleImage ofModule, Function resolver) {
        return UNKNOWN;
    }
}
