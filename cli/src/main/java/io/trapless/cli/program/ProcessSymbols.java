package io.trapless.cli.program;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.elf.ElfSymbols;
import io.trapless.binary.elf.Segment;
import io.trapless.binary.symbol.Function;
import io.trapless.binary.symbol.SymbolTable;
import io.trapless.script.runtime.Targets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Names of addresses in processes, by the symbol tables of the files that they have mapped. What was read of a file is kept; what a process has mapped is kept until an address is not found. For one thread. */
final class ProcessSymbols {
    private final Map<String, Optional<Image>> images = new HashMap<>();
    private final Map<Integer, List<Mapping>> mappings = new HashMap<>();

    /** A range of a process that a file is mapped to. */
    private record Mapping(long start, long end, long fileOffset, String path) {
        boolean contains(long address) {
            return address >= start && address < end;
        }
    }

    /** What is kept of a file. */
    private record Image(SymbolTable functions, List<Segment> segments, Map<String, Long> symbols) {
        /** The file's own address of an offset in it, or -1. */
        long address(long fileOffset) {
            for (Segment segment : segments) {
                long inside = fileOffset - segment.offset();
                if (segment.isLoaded() && inside >= 0 && inside < segment.fileSizeBytes()) {
                    return segment.address() + inside;
                }
            }
            return -1;
        }
    }

    /** The function that holds an address of a process, or null. */
    Targets.@Nullable Symbol at(int pid, long address) {
        Mapping mapping = mapping(pid, address);
        if (mapping == null) {
            return null;
        }
        Image image = image(pid, mapping.path());
        if (image == null) {
            return null;
        }
        long own = image.address(address - mapping.start() + mapping.fileOffset());
        Function function = image.functions().covering(own);
        return function == null ? null : new Targets.Symbol(function.name(), own - function.address(), mapping.path());
    }

    private @Nullable Mapping mapping(int pid, long address) {
        for (int attempt = 0; attempt < 2; attempt++) {
            for (Mapping mapping : mappings.computeIfAbsent(pid, ProcessSymbols::readMappings)) {
                if (mapping.contains(address)) {
                    return mapping;
                }
            }
            // it may have mapped more meanwhile
            mappings.remove(pid);
        }
        return null;
    }

    private static List<Mapping> readMappings(int pid) {
        List<Mapping> result = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"), StandardCharsets.ISO_8859_1)) {
                String[] words = line.split(" +", 6);
                if (words.length == 6 && words[5].startsWith("/")) {
                    int dash = words[0].indexOf('-');
                    result.add(new Mapping(
                            Long.parseUnsignedLong(words[0].substring(0, dash), 16),
                            Long.parseUnsignedLong(words[0].substring(dash + 1), 16),
                            Long.parseUnsignedLong(words[2], 16),
                            words[5]));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return List.of();
        }
        return result;
    }

    private @Nullable Image image(int pid, String path) {
        return images.computeIfAbsent(path, p -> read(pid, p)).orElse(null);
    }

    private static Optional<Image> read(int pid, String path) {
        Path seen = Path.of("/proc/" + pid + "/root" + path);
        Path file = Files.isReadable(seen) ? seen : Path.of(path);
        try (ElfFile elf = ElfFile.open(file)) {
            Map<String, Long> symbols = new HashMap<>();
            for (ElfSymbols table : List.of(elf.symbols(), elf.dynamicSymbols())) {
                for (int i = 1; i < table.size(); i++) {
                    if (table.isDefined(i) && table.value(i) != 0) {
                        symbols.putIfAbsent(table.name(i), table.value(i));
                    }
                }
            }
            SymbolTable functions = SymbolTable.withDebugFiles(elf, Path.of("/"), Path.of(path));
            return Optional.of(new Image(functions, List.copyOf(elf.segments()), symbols));
        } catch (ElfException e) {
            return Optional.empty();
        }
    }

    /**
     * The address of a symbol in a process.
     *
     * @param probe the full name of the probe, whose module is looked into
     * @return 0 if there is none
     */
    long addressOf(int pid, String probe, String symbol) {
        int first = probe.indexOf(':');
        int second = probe.indexOf(':', first + 1);
        if (first < 0 || second < 0) {
            return 0;
        }
        String module = probe.substring(first + 1, second);
        Image image = image(pid, module);
        Long address = image == null ? null : image.symbols().get(symbol);
        if (image == null || address == null) {
            return 0;
        }
        for (Mapping mapping : mappings.computeIfAbsent(pid, ProcessSymbols::readMappings)) {
            if (mapping.path().equals(module)) {
                long own = image.address(mapping.fileOffset());
                if (own >= 0) {
                    return address - own + mapping.start();
                }
            }
        }
        return 0;
    }
}
