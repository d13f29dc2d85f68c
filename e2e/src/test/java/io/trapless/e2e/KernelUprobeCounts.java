package io.trapless.e2e;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The oracle: how often the kernel's own uprobes say that functions of one file were entered, or returned from, by any process. The file should be a private copy, so that
 * nobody else runs it. Needs root. Closing it takes the probes out again, which costs the kernel some 60 ms for each.
 *
 * <p>The kernel's own counts ({@code uprobe_profile}) are of entries, for its uretprobes too ({@code uprobe_dispatcher} in kernel/trace/trace_uprobe.c), and a call that was under way when counting began, or that never
 * returned, makes a difference. So returns are counted by the records that they leave in a trace buffer of our own.
 */
final class KernelUprobeCounts implements AutoCloseable {
    private static final Path TRACEFS = Path.of("/sys/kernel/tracing");
    private static final Path EVENTS = TRACEFS.resolve("uprobe_events");

    /** es, cs, ss, ds and lock: {@code is_prefix_bad} in the kernel's {@code arch/x86/kernel/uprobes.c}; such a probe is set and never hit. */
    private static final String REFUSED_PREFIXES = "\u0026\u002e\u0036\u003e\u00f0";

    /** For each CPU; some 1.5 million returns. */
    private static final int BUFFER_KILOBYTES = 64 << 10;

    private static final Pattern EVENT = Pattern.compile(": (f[0-9]+): \\(");
    private static final Pattern OVERRUN = Pattern.compile("(?m)^(overrun|dropped events): ([0-9]+)$");

    private static int groups;

    private final String group = "trapless_e2e_" + ProcessHandle.current().pid() + "_" + groups++;
    private final List<String> functions;
    private final boolean returns;
    private final Path instance = TRACEFS.resolve("instances").resolve(group);
    private int registered;

    private KernelUprobeCounts(List<String> functions, boolean returns) {
        this.functions = functions;
        this.returns = returns;
    }

    /** True if this user may set uprobes here. */
    static boolean arePermitted() {
        return Files.isWritable(EVENTS);
    }

    /**
     * Probes functions and begins to count.
     *
     * @param functions names out of {@link #functionsOf}
     */
    static KernelUprobeCounts start(Path file, List<String> functions) throws IOException, InterruptedException {
        return start(file, functions, "p");
    }

    /** The same for returns: the kernel's uretprobes. */
    static KernelUprobeCounts startReturns(Path file, List<String> functions) throws IOException, InterruptedException {
        return start(file, functions, "r");
    }

    private static KernelUprobeCounts start(Path file, List<String> functions, String kind)
            throws IOException, InterruptedException {
        Map<String, Long> offsets = functionsOf(file);
        KernelUprobeCounts counts = new KernelUprobeCounts(List.copyOf(functions), kind.equals("r"));
        try {
            for (int i = 0; i < functions.size(); i++) {
                String offset = Long.toHexString(offsets.get(functions.get(i)));
                append(kind + ":" + counts.group + "/f" + i + " " + file + ":0x" + offset + "\n");
                counts.registered++;
            }
            if (counts.returns) {
                Files.createDirectory(counts.instance);
                Files.writeString(counts.instance.resolve("buffer_size_kb"), Integer.toString(BUFFER_KILOBYTES));
            }
            counts.enable("1");
        } catch (IOException e) {
            counts.close();
            throw new IOException(
                    "uprobe " + counts.registered + " of " + file + ": " + functions.get(counts.registered), e);
        }
        return counts;
    }

    /** Hits so far, by function; all of them, those never entered too. */
    Map<String, Long> hits() throws IOException {
        Map<String, Long> byEvent = returns ? records() : profile();
        Map<String, Long> hits = new LinkedHashMap<>();
        for (int i = 0; i < functions.size(); i++) {
            hits.put(functions.get(i), byEvent.getOrDefault("f" + i, 0L));
        }
        return hits;
    }

    private Map<String, Long> records() throws IOException {
        Map<String, Long> byEvent = new HashMap<>();
        try (Stream<String> lines = Files.lines(instance.resolve("trace"), StandardCharsets.ISO_8859_1)) {
            lines.forEach(line -> {
                Matcher event = EVENT.matcher(line);
                if (event.find()) {
                    byEvent.merge(event.group(1), 1L, Long::sum);
                }
            });
        }
        try (DirectoryStream<Path> cpus = Files.newDirectoryStream(instance.resolve("per_cpu"))) {
            for (Path cpu : cpus) {
                Matcher lost = OVERRUN.matcher(Files.readString(cpu.resolve("stats")));
                while (lost.find()) {
                    if (!lost.group(2).equals("0")) {
                        throw new IOException("the kernel's trace buffer is too small: " + lost.group());
                    }
                }
            }
        }
        return byEvent;
    }

    private static Map<String, Long> profile() throws IOException {
        Map<String, Long> byEvent = new HashMap<>();
        for (String line : Files.readString(TRACEFS.resolve("uprobe_profile"), StandardCharsets.ISO_8859_1)
                .lines()
                .toList()) {
            String[] columns = line.strip().split("\\s+");
            byEvent.put(columns[1], Long.parseLong(columns[2]));
        }
        return byEvent;
    }

    @Override
    public void close() throws IOException {
        if (registered > 0 && (!returns || Files.exists(instance))) {
            enable("0");
        }
        if (returns) {
            Files.deleteIfExists(instance);
        }
        for (int i = 0; i < registered; i++) {
            append("-:" + group + "/f" + i + "\n");
        }
    }

    private void enable(String value) throws IOException {
        Path tracing = returns ? instance : TRACEFS;
        Files.writeString(tracing.resolve("events").resolve(group).resolve("enable"), value);
    }

    private static void append(String lines) throws IOException {
        Files.writeString(EVENTS, lines, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    }

    /** The functions a file exports and the kernel can probe, one name for each address, with their offsets in the file. */
    static Map<String, Long> functionsOf(Path file) throws IOException, InterruptedException {
        ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        Map<Long, String> byOffset = new LinkedHashMap<>();
        for (String line : Programs.run(List.of("nm", "-D", "--defined-only", file.toString()))
                .lines()
                .toList()) {
            String[] columns = line.split(" ");
            if (columns.length == 3 && columns[1].equals("T")) {
                byOffset.putIfAbsent(
                        fileOffset(elf, Long.parseLong(columns[0], 16)), columns[2].replaceFirst("@.*", ""));
            }
        }
        Map<String, Long> byName = new LinkedHashMap<>();
        byOffset.forEach((offset, name) -> {
            if (REFUSED_PREFIXES.indexOf(elf.get(offset.intValue()) & 0xff) < 0) {
                byName.putIfAbsent(name, offset);
            }
        });
        return byName;
    }

    /** ELF-64: e_phoff at 32, e_phentsize at 54, e_phnum at 56; p_type, p_offset, p_vaddr, p_filesz at 0, 8, 16, 32. */
    private static long fileOffset(ByteBuffer elf, long address) {
        for (int i = 0; i < elf.getShort(56); i++) {
            int header = (int) elf.getLong(32) + i * elf.getShort(54);
            long start = elf.getLong(header + 16);
            if (elf.getInt(header) == 1 && address >= start && address < start + elf.getLong(header + 32)) {
                return address - start + elf.getLong(header + 8);
            }
        }
        throw new IllegalArgumentException("no segment holds " + Long.toHexString(address));
    }
}
