package io.trapless.tracer.session;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Processes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds processes that were forked from a traced one while it was traced: they have its jumps, and map the same rings. */
final class Descendants {
    private Descendants() {}

    /** Processes that map {@code rings} and are none of the known ones; with one known they are its children, with several those that descend from {@code parent}. */
    static List<Integer> sharing(Path rings, int parent, Set<Integer> known) {
        List<Integer> found = new ArrayList<>();
        String[] names = new File("/proc").list();
        if (names == null) {
            return found;
        }
        String path = realPath(rings);
        for (String name : names) {
            if (!Character.isDigit(name.charAt(0))) {
                continue;
            }
            int pid = Integer.parseInt(name);
            if (pid == Processes.pid() || known.contains(pid)) {
                continue;
            }
            if (mapsRings(pid, path) && (known.size() == 1 || descends(pid, parent))) {
                found.add(pid);
            }
        }
        return found;
    }

    /** As the kernel names the file in memory maps. */
    private static String realPath(Path rings) {
        try {
            return rings.toRealPath().toString();
        } catch (IOException _) {
            return rings.toString();
        }
    }

    private static boolean mapsRings(int pid, String path) {
        try {
            return Descriptors.readText("/proc/" + pid + "/maps").contains(path);
        } catch (RuntimeException _) {
            return false; // gone, or not ours to read
        }
    }

    /** Whether {@code ancestor} is among the ancestors of {@code pid}, as far as they still live. */
    static boolean descends(int pid, int ancestor) {
        int current = pid;
        for (int depth = 0; depth < 64 && current > 1; depth++) {
            if (current == ancestor) {
                return true;
            }
            current = parentOf(current);
        }
        return false;
    }

    private static int parentOf(int pid) {
        try {
            String stat = Descriptors.readText("/proc/" + pid + "/stat");
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", 3);
            return Integer.parseInt(fields[1]);
        } catch (RuntimeException _) {
            return 0;
        }
    }
}
