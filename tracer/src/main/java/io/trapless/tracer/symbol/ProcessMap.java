package io.trapless.tracer.symbol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a process had mapped at some time, or since: ranges of files. A range that is not mapped any more stays known until another takes its place. For one thread. */
final class ProcessMap {
    private final NavigableMap<Long, Range> ranges;

    /** A range that a file is mapped to. */
    record Range(long start, long end, long fileOffset, long inode, String path) {}

    private ProcessMap(NavigableMap<Long, Range> ranges) {
        this.ranges = ranges;
    }

    static ProcessMap empty() {
        return new ProcessMap(new TreeMap<>());
    }

    /** The same for a process that was forked. */
    ProcessMap copy() {
        return new ProcessMap(new TreeMap<>(ranges));
    }

    /** Takes in what is mapped now; nothing changes if the process is gone. */
    void refresh(int pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/maps"), StandardCharsets.UTF_8)) {
                String[] words = line.split(" +", 6);
                if (words.length == 6 && words[5].startsWith("/")) {
                    int dash = words[0].indexOf('-');
                    add(new Range(
                            Long.parseUnsignedLong(words[0].substring(0, dash), 16),
                            Long.parseUnsignedLong(words[0].substring(dash + 1), 16),
                            Long.parseUnsignedLong(words[2], 16),
                            Long.parseUnsignedLong(words[4]),
                            words[5]));
                }
            }
        } catch (IOException | NumberFormatException e) {
            return; // it is gone, and what it had is known already
        }
    }

    private void add(Range range) {
        Map.Entry<Long, Range> below = ranges.floorEntry(range.start());
        if (below != null && below.getValue().end() > range.start()) {
            ranges.remove(below.getKey());
        }
        ranges.subMap(range.start(), range.end()).clear();
        ranges.put(range.start(), range);
    }

    @Nullable Range at(long address) {
        Map.Entry<Long, Range> entry = ranges.floorEntry(address);
        return entry == null || address >= entry.getValue().end() ? null : entry.getValue();
    }

    /** The first range of a file; null if it is not mapped. */
    @Nullable Range first(String path) {
        for (Range range : ranges.values()) {
            if (range.path().equals(path)) {
                return range;
            }
        }
        return null;
    }
}
