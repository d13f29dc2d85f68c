package io.trapless.tracer.symbol;

import io.trapless.binary.dwarf.SourceFrames;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.unwind.FrameTable;
import io.trapless.binary.unwind.Unwinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Names of addresses in processes. What a process has mapped is read when it is told of and again when an address is in none of it; what was once known stays when the process is gone. Any thread; calls exclude each
 * other.
 */
public final class ProcessSymbols implements AutoCloseable {
    /** How often a map of code that is made at run time is asked for again. */
    private static final long PERF_MAP_NANOS = 500_000_000;

    private static final int MAX_SEEN = 1 << 16;

    private final Map<FileKey, Optional<ImageNames>> images = new HashMap<>();
    private final Map<Integer, Known> processes = new HashMap<>();
    private final Consumer<String> warnings;
    private final List<Path> debugFolders;
    private boolean warned;

    private record FileKey(String path, long inode) {}

    /** What is known of one process. */
    private static final class Known {
        final ProcessMap map;
        final Set<Long> seen = new HashSet<>();

        @Nullable PerfMap perfMap;

        @Nullable FileTime perfMapTime;

        boolean asked;
        long askedNanos;

        Known(ProcessMap map) {
            this.map = map;
        }
    }

    /**
     * @param warnings get a line if the names of a JVM's code can't be had
     * @param debugFolders where debugging information is looked for besides the usual places
     */
    public ProcessSymbols(Consumer<String> warnings, List<Path> debugFolders) {
        this.warnings = warnings;
        this.debugFolders = List.copyOf(debugFolders);
    }

    private Known known(int pid) {
        Known known = processes.get(pid);
        if (known == null) {
            known = new Known(ProcessMap.empty());
            known.map.refresh(pid);
            processes.put(pid, known);
        }
        return known;
    }

    /** A process is there, or has loaded something: what it has mapped is taken down. */
    public synchronized void appeared(int pid) {
        Known known = processes.get(pid);
        if (known == null) {
            known(pid);
        } else {
            known.map.refresh(pid);
            known.seen.clear();
        }
    }

    /** A process was forked: it has what its parent has. */
    public synchronized void forked(int parent, int child) {
        Known known = processes.get(parent);
        if (known != null) {
            processes.put(child, new Known(known.map.copy()));
        }
    }

    /** Addresses of code in a process that may have to be named when it is gone: sees to it that they can be. */
    public synchronized void seen(int pid, List<Long> addresses) {
        Known known = known(pid);
        if (known.seen.size() > MAX_SEEN) {
            known.seen.clear();
        }
        for (long address : addresses) {
            if (known.seen.add(address)) {
                at(pid, address);
            }
        }
    }

    /** The function that holds an address of a process, or null. */
    public synchronized @Nullable CodeName at(int pid, long address) {
        Known known = known(pid);
        ProcessMap.Range range = range(known, pid, address);
        if (range == null) {
            return generated(known, pid, address);
        }
        ImageNames image = image(pid, range);
        if (image == null) {
            return null;
        }
        long own = image.address(address - range.start() + range.fileOffset());
        Function function = image.covering(own);
        return function == null ? null : new CodeName(function.name(), own - function.address(), range.path());
    }

    /**
     * What the source has at an address of a process; of a call that is known by its return address, ask for the byte before.
     *
     * @return {@link SourceFrames#NONE} if no debugging information tells
     */
    public synchronized SourceFrames sourceOf(int pid, long address) {
        ProcessMap.Range range = range(known(pid), pid, address);
        ImageNames image = range == null ? null : image(pid, range);
        return range == null || image == null
                ? SourceFrames.NONE
                : image.source(image.address(address - range.start() + range.fileOffset()));
    }

    /** Closes the debugging information that was read; after that, nothing is to be asked. */
    @Override
    public synchronized void close() {
        images.values().forEach(image -> image.ifPresent(ImageNames::close));
    }

    private static ProcessMap.@Nullable Range range(Known known, int pid, long address) {
        ProcessMap.Range range = known.map.at(address);
        if (range == null) {
            known.map.refresh(pid); // it may have mapped more meanwhile
            range = known.map.at(address);
        }
        return range;
    }

    /** Unwinds a stack that was captured in a process: the frames, the innermost first. */
    public synchronized long[] unwind(int pid, byte[] image, int maxFrames) {
        Known known = known(pid);
        return StackImageReader.unwind(
                image,
                address -> {
                    ProcessMap.Range range = range(known, pid, address);
                    ImageNames file = range == null ? null : image(pid, range);
                    FrameTable frames = file == null ? null : file.frames();
                    if (range == null || file == null || frames == null) {
                        return null;
                    }
                    return new Unwinder.Code(frames, range.start() - file.address(range.fileOffset()));
                },
                maxFrames);
    }

    /** The place in a file of an address of a process, or null. */
    public synchronized @Nullable FilePlace placeOf(int pid, long address) {
        Known known = known(pid);
        ProcessMap.Range range = range(known, pid, address);
        ImageNames image = range == null ? null : image(pid, range);
        return range == null || image == null
                ? null
                : new FilePlace(image.buildId(), address - range.start() + range.fileOffset());
    }

    /** Code that no file holds. */
    private @Nullable CodeName generated(Known known, int pid, long address) {
        CodeName name = known.perfMap == null ? null : known.perfMap.at(address);
        long now = System.nanoTime();
        if (name != null || (known.asked && now - known.askedNanos < PERF_MAP_NANOS)) {
            return name;
        }
        known.asked = true;
        String obstacle = PerfMaps.renew(pid);
        if (obstacle != null && !warned) {
            warned = true;
            warnings.accept(PerfMaps.warning(pid, obstacle));
        }
        readPerfMap(known, pid);
        known.askedNanos = System.nanoTime();
        return known.perfMap == null ? null : known.perfMap.at(address);
    }

    private static void readPerfMap(Known known, int pid) {
        Path file = PerfMaps.fileOf(pid);
        try {
            FileTime time = Files.getLastModifiedTime(file);
            if (!time.equals(known.perfMapTime)) {
                known.perfMap = PerfMap.read(file, PerfMaps.nameOf(pid));
                known.perfMapTime = time;
            }
        } catch (IOException e) {
            return; // there is none
        }
    }

    private @Nullable ImageNames image(int pid, ProcessMap.Range range) {
        return images.computeIfAbsent(new FileKey(range.path(), range.inode()), key -> read(pid, key.path()))
                .orElse(null);
    }

    private Optional<ImageNames> read(int pid, String path) {
        Path seen = Path.of("/proc/" + pid + "/root" + path);
        try {
            return Optional.of(
                    ImageNames.read(Files.isReadable(seen) ? seen : Path.of(path), Path.of(path), debugFolders));
        } catch (ElfException e) {
            return Optional.empty();
        }
    }

    /**
     * The address of a symbol in a process.
     *
     * @param module path of the file that has it
     * @return 0 if there is none
     */
    public synchronized long addressOf(int pid, String module, String symbol) {
        ProcessMap.Range range = known(pid).map.first(module);
        ImageNames image = range == null ? null : image(pid, range);
        Long value = image == null ? null : image.valueOf(symbol);
        if (range == null || image == null || value == null) {
            return 0;
        }
        long own = image.address(range.fileOffset());
        return own < 0 ? 0 : value - own + range.start();
    }
}
