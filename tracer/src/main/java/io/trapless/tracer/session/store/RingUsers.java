package io.trapless.tracer.session.store;

import io.trapless.tracer.linux.Descriptors;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which processes map which ring files: traced ones, and those that were forked from them while they were traced. Only processes whose memory maps this user may read. */
public final class RingUsers {
    private final Map<String, List<Integer>> usersByRings;

    private RingUsers(Map<String, List<Integer>> usersByRings) {
        this.usersByRings = usersByRings;
    }

    /** Looks into every process once. This process is not among them. */
    public static RingUsers find(List<SessionDirectory> sessions) {
        Map<String, List<Integer>> users = new HashMap<>();
        sessions.forEach(session -> users.put(realRings(session), new ArrayList<>()));
        String[] names = new File("/proc").list();
        if (names != null && !users.isEmpty()) {
            int self = (int) ProcessHandle.current().pid();
            for (String name : names) {
                if (Character.isDigit(name.charAt(0)) && Integer.parseInt(name) != self) {
                    look(Integer.parseInt(name), users);
                }
            }
        }
        return new RingUsers(users);
    }

    private static void look(int pid, Map<String, List<Integer>> users) {
        String maps;
        try {
            maps = Descriptors.readText("/proc/" + pid + "/maps");
        } catch (RuntimeException _) {
            return; // gone, or not ours to read
        }
        users.forEach((rings, pids) -> {
            if (maps.contains(" " + rings + "\n")) {
                pids.add(pid);
            }
        });
    }

    /** Pids, in no order. */
    public List<Integer> of(SessionDirectory session) {
        return List.copyOf(usersByRings.getOrDefault(realRings(session), List.of()));
    }

    /** As the kernel names the file in memory maps. */
    private static String realRings(SessionDirectory session) {
        try {
            Path real = session.path().toRealPath();
            return real.resolve(SessionDirectory.RINGS).toString();
        } catch (IOException _) {
            return session.rings().toString();
        }
    }
}
