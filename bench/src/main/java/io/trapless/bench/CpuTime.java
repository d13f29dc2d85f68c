package io.trapless.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** CPU time of processes, from {@code /proc/PID/stat} (proc_pid_stat(5), fields utime and stime). */
final class CpuTime {
    /** USER_HZ: 100 on every x86-64 Linux. */
    private static final double TICKS_PER_SECOND = 100;

    private static final int UTIME_AFTER_NAME = 11;

    private CpuTime() {}

    /** Seconds of CPU that a process has used so far, all its threads; 0 if there is none. */
    static double seconds(long pid) throws IOException {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            // the name, in parentheses, may hold blanks
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            return (Long.parseLong(fields[UTIME_AFTER_NAME]) + Long.parseLong(fields[UTIME_AFTER_NAME + 1]))
                    / TICKS_PER_SECOND;
        } catch (NoSuchFileException e) {
            return 0;
        }
    }

    /** The same for a process and all its living descendants. */
    static double treeSeconds(ProcessHandle root) throws IOException {
        double sum = seconds(root.pid());
        for (ProcessHandle child : root.descendants().toList()) {
            sum += seconds(child.pid());
        }
        return sum;
    }
}
