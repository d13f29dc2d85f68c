package io.trapless.tracer.symbol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Names of code that was made at run time, as perf(1) has them: lines of a start, a size (both hexadecimal) and a name, in {@code /tmp/perf-PID.map}. A later line replaces what earlier ones said of its bytes. Immutable.
 *
 * @param path where it was found, as the process sees it
 */
public record PerfMap(String path, TreeMap<Long, PerfMap.Code> code) {
    /** So that a file that somebody writes to without end takes bounded memory. */
    private static final long MAX_BYTES = 256L << 20;

    /** One piece of code. */
    public record Code(long end, String name) {}

    /** Reads a map; lines that are none are passed over. */
    static PerfMap read(Path file, String path) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is larger than 256 MiB");
        }
        return parse(Files.readString(file, StandardCharsets.ISO_8859_1), path);
    }

    static PerfMap parse(String text, String path) {
        TreeMap<Long, Code> code = new TreeMap<>();
        for (String line : text.split("\n", -1)) {
            int first = line.indexOf(' ');
            int second = line.indexOf(' ', first + 1);
            if (first > 0 && second > 0) {
                add(line, first, second, code);
            }
        }
        return new PerfMap(path, code);
    }

    private static void add(String line, int first, int second, NavigableMap<Long, Code> code) {
        try {
            long start = hex(line.substring(0, first));
            long size = hex(line.substring(first + 1, second));
            if (size > 0 && start + size > start) {
                // What begins inside of it is older code that is gone.
                code.subMap(start, start + size).clear();
                String name = new String(
                        line.substring(second + 1).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
                code.put(start, new Code(start + size, name));
            }
        } catch (NumberFormatException e) {
            return; // a line that is being written
        }
    }

    private static long hex(String digits) {
        return Long.parseUnsignedLong(digits.startsWith("0x") ? digits.substring(2) : digits, 16);
    }

    /** The code that holds an address, or null. */
    @Nullable CodeName at(long address) {
        Map.Entry<Long, Code> entry = code.floorEntry(address);
        return entry == null || address >= entry.getValue().end()
                ? null
                : new CodeName(entry.getValue().name(), address - entry.getKey(), path);
    }
}
