package io.trapless.tracer.symbol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A process's id as it sees itself (proc(5), NSpid). */
final class NamespacePid {
    private NamespacePid() {}

    /** The innermost one; the same if it is not known. */
    static int of(int pid) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"), StandardCharsets.ISO_8859_1)) {
                if (line.startsWith("NSpid:")) {
                    String[] ids = line.substring(6).strip().split("\\s+", -1);
                    return Integer.parseInt(ids[ids.length - 1]);
                }
            }
        } catch (IOException | NumberFormatException e) {
            return pid; // it is gone
        }
        return pid;
    }
}
