package io.trapless.tracer.session.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Identifies a process for good, although pids are used again.
 *
 * @param pid in the tracer's pid namespace
 * @param startTime clock ticks after boot (proc_pid_stat(5), field 22)
 */
public record ProcessKey(int pid, long startTime) {
    private static final long GONE = -1;

    /** The key of this process. */
    public static ProcessKey ofSelf() {
        int pid = (int) ProcessHandle.current().pid();
        return new ProcessKey(pid, startTimeOf(pid));
    }

    /** Whether this very process exists and has not ended (a zombie has). */
    public boolean isAlive() {
        return startTime != GONE && startTimeOf(pid) == startTime;
    }

    private static long startTimeOf(int pid) {
        try {
            String stat =
                    Files.readString(Path.of("/proc", Integer.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            // The name, in parentheses, may hold anything; field 3, the state, follows it.
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 21);
            return fields[0].equals("Z") || fields[0].equals("X") ? GONE : Long.parseLong(fields[19]);
        } catch (IOException e) {
            return GONE;
        }
    }
}
