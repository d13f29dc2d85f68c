package io.trapless.tracer.symbol;

import io.trapless.tracer.attach.ProcessFacts;
import io.trapless.tracer.linux.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/** Perf maps of processes: where they are, how a JVM is made to write one, and how one is kept with a trace. */
public final class PerfMaps {
    private static final int SIGQUIT = 3;
    private static final String JVM = "/libjvm.so";

    private PerfMaps() {}

    /** As the process sees it. */
    static String nameOf(int pid) {
        return "/tmp/perf-" + ProcessFacts.ownPid(pid) + ".map";
    }

    /** Where it is to be read; what a process that is gone has left in the tracer's own /tmp counts too. */
    static Path fileOf(int pid) {
        Path root = Path.of("/proc/" + pid + "/root");
        return Files.isDirectory(Path.of("/proc/" + pid))
                ? root.resolve(nameOf(pid).substring(1))
                : Path.of("/tmp/perf-" + pid + ".map");
    }

    /**
     * Lets a JVM write its map anew. Nothing is done where there is no JVM.
     *
     * @return why it was not written, for a sentence, if there is no map from before either; otherwise null
     */
    static @Nullable String renew(int pid) {
        if (!isJvm(pid)) {
            return null;
        }
        String obstacle = JvmPerfMap.write(pid, PerfMaps::quit);
        return obstacle != null && !Files.exists(fileOf(pid)) ? obstacle : null;
    }

    private static boolean isJvm(int pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/maps"), StandardCharsets.ISO_8859_1)
                    .contains(JVM + "\n");
        } catch (IOException e) {
            return false; // it is gone
        }
    }

    private static void quit(int pid) {
        if (Processes.kill(pid, SIGQUIT) < 0) {
            throw new IllegalStateException("the user may not send it a signal");
        }
    }

    /**
     * Keeps the map that a process has now with a trace, where {@link TraceSymbols} finds it.
     *
     * @param trace folder of the trace or of the recording
     * @return a line for the user if a JVM's can't be had; otherwise null
     */
    public static @Nullable String keep(Path trace, int pid) throws IOException {
        String obstacle = renew(pid);
        if (obstacle != null) {
            return warning(pid, obstacle);
        }
        Path map = fileOf(pid);
        if (Files.isRegularFile(map)) {
            Path folder = trace.resolve(TraceSymbols.PERF_MAPS);
            Files.createDirectories(folder);
            Files.copy(map, folder.resolve(pid + ".map"), StandardCopyOption.REPLACE_EXISTING);
        }
        return null;
    }

    static String warning(int pid, String obstacle) {
        return "the names of compiled Java code of process " + pid + " can't be had: " + obstacle;
    }
}
