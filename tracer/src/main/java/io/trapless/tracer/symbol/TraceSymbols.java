package io.trapless.tracer.symbol;

import io.trapless.binary.dwarf.SourceFrames;
import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.unwind.FrameTable;
import io.trapless.binary.unwind.Unwinder;
import io.trapless.trace.event.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Names of addresses in the processes of a trace, by what its environment says of their modules and by the files of this machine: a file whose build id is not that of the trace has no say. For one thread.
 */
public final class TraceSymbols implements AutoCloseable {
    /** Folder in a trace in which perf maps are kept, {@code PID.map}. */
    public static final String PERF_MAPS = "perf-maps";

    private static final Pattern NAME = Pattern.compile("process_(\\d+)_module_\\d+");
    private static final Pattern VALUE = Pattern.compile("0x([0-9a-f]+) (\\S+) (.+)", Pattern.DOTALL);
    private static final String NO_BUILD_ID = "none";

    private final Path trace;
    private final List<Path> debugFolders;
    private final Map<Integer, TreeMap<Long, Environment.Module>> modules = new HashMap<>();
    private final Map<Environment.Module, Optional<ImageNames>> images = new HashMap<>();
    private final Map<Integer, Optional<PerfMap>> perfMaps = new HashMap<>();

    /**
     * @param trace its folder
     * @param debugFolders where debugging information is looked for besides the usual places
     */
    public TraceSymbols(Path trace, Environment environment, List<Path> debugFolders) {
        this.trace = trace;
        this.debugFolders = List.copyOf(debugFolders);
        for (Environment.Entry entry : environment.entries()) {
            Matcher name = NAME.matcher(entry.name());
            if (entry instanceof Environment.TextEntry(String _, String text) && name.matches()) {
                Matcher value = VALUE.matcher(text);
                if (value.matches()) {
                    long base = Long.parseUnsignedLong(value.group(1), 16);
                    String id = value.group(2).equals(NO_BUILD_ID) ? "" : value.group(2);
                    modules.computeIfAbsent(Integer.parseInt(name.group(1)), _ -> new TreeMap<>())
                            .put(base, new Environment.Module(value.group(3), base, id));
                }
            }
        }
    }

    /** The function that holds an address, or null. */
    public @Nullable CodeName at(int pid, long address) {
        Environment.Module module = moduleOf(pid, address);
        ImageNames image = module == null ? null : image(module);
        if (module == null || image == null) {
            return generated(pid, address);
        }
        long own = address - image.bias(module.baseAddress());
        if (!image.contains(own)) {
            return generated(pid, address);
        }
        Function function = image.covering(own);
        return function == null ? null : new CodeName(function.name(), own - function.address(), module.path());
    }

    /**
     * What the source has at an address; of a call that is known by its return address, ask for the byte before.
     *
     * @return {@link SourceFrames#NONE} if no debugging information tells
     */
    public SourceFrames sourceOf(int pid, long address) {
        Environment.Module module = moduleOf(pid, address);
        ImageNames image = module == null ? null : image(module);
        if (module == null || image == null) {
            return SourceFrames.NONE;
        }
        long own = address - image.bias(module.baseAddress());
        return image.contains(own) ? image.source(own) : SourceFrames.NONE;
    }

    /** Closes the debugging information that was read; after that, nothing is to be asked. */
    @Override
    public void close() {
        images.values().forEach(image -> image.ifPresent(ImageNames::close));
    }

    /** Unwinds a stack that was captured in a process: the frames, the innermost first. */
    public long[] unwind(int pid, byte[] image, int maxFrames) {
        return StackImageReader.unwind(
                image,
                address -> {
                    Environment.Module module = moduleOf(pid, address);
                    ImageNames file = module == null ? null : image(module);
                    FrameTable frames = file == null ? null : file.frames();
                    return module == null || file == null || frames == null
                            ? null
                            : new Unwinder.Code(frames, file.bias(module.baseAddress()));
                },
                maxFrames);
    }

    /** The place in a file of an address, or null. */
    public @Nullable FilePlace placeOf(int pid, long address) {
        Environment.Module module = moduleOf(pid, address);
        ImageNames image = module == null ? null : image(module);
        if (module == null || image == null) {
            return null;
        }
        long own = address - image.bias(module.baseAddress());
        return image.contains(own) ? new FilePlace(module.buildId(), image.fileOffset(own)) : null;
    }

    private Environment.@Nullable Module moduleOf(int pid, long address) {
        TreeMap<Long, Environment.Module> present = modules.get(pid);
        Map.Entry<Long, Environment.Module> entry = present == null ? null : present.floorEntry(address);
        return entry == null ? null : entry.getValue();
    }

    private @Nullable ImageNames image(Environment.Module module) {
        return images.computeIfAbsent(module, this::read).orElse(null);
    }

    private Optional<ImageNames> read(Environment.Module module) {
        try {
            Path path = Path.of(module.path());
            ImageNames image = ImageNames.read(path, path, debugFolders);
            return image.buildId().equals(module.buildId()) ? Optional.of(image) : Optional.empty();
        } catch (ElfException e) {
            return Optional.empty(); // it is not on this machine
        }
    }

    private @Nullable CodeName generated(int pid, long address) {
        PerfMap map = perfMaps.computeIfAbsent(pid, this::perfMap).orElse(null);
        return map == null ? null : map.at(address);
    }

    private Optional<PerfMap> perfMap(int pid) {
        Path file = trace.resolve(PERF_MAPS).resolve(pid + ".map");
        Path folder = trace.toAbsolutePath().getParent();
        if (!Files.exists(file) && folder != null) {
            file = folder.resolve(PERF_MAPS).resolve(pid + ".map"); // of a recording of several traces
        }
        try {
            return Files.exists(file) ? Optional.of(PerfMap.read(file, "/tmp/perf-" + pid + ".map")) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
