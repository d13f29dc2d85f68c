package io.trapless.script.runtime;

import io.trapless.script.output.ByteText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What {@code /proc} says of processes and threads. What was read once is kept for a short time, because a handler asks again at each event. */
@SuppressWarnings("OperatorPrecedence") // bits and shifts, in the order of C
public final class KnownProcesses {
    private static final long FRESH_NANOS = 1_000_000_000L;
    private static final int MAX_KEPT = 4096;

    private final Map<Long, Facts> kept = new ConcurrentHashMap<>();
    private final Map<Long, String> users = new HashMap<>();

    private record Facts(String comm, int parent, long uid, long gid, long readAt) {
        static final Facts UNKNOWN = new Facts("", 0, 0, 0, 0);
    }

    /** Keeps what is known of a process now: it may be gone when its events are handled. Any thread. */
    public void remember(int pid) {
        facts(pid, pid);
    }

    private Facts facts(int pid, int tid) {
        long key = (long) pid << 32 | (tid & 0xffffffffL);
        Facts facts = kept.get(key);
        long now = System.nanoTime();
        if (facts == null || now - facts.readAt > FRESH_NANOS) {
            Facts fresh = read(pid, tid, now);
            if (fresh == null) {
                // it has ended: what is known of it stays true, and a thread is like its process
                fresh = facts != null ? facts : tid == pid ? Facts.UNKNOWN : facts(pid, pid);
            }
            facts = fresh;
            if (kept.size() >= MAX_KEPT) {
                kept.clear();
            }
            kept.put(key, facts);
        }
        return facts;
    }

    private static @Nullable Facts read(int pid, int tid, long now) {
        try {
            Path status = Path.of("/proc/" + pid + "/task/" + tid + "/status");
            String comm = "";
            int parent = 0;
            long uid = 0;
            long gid = 0;
            for (String line :
                    Files.readString(status, StandardCharsets.ISO_8859_1).split("\n", -1)) {
                int tab = line.indexOf('\t');
                if (line.startsWith("Name:")) {
                    comm = line.substring(tab + 1);
                } else if (line.startsWith("PPid:")) {
                    parent = Integer.parseInt(line.substring(tab + 1));
                } else if (line.startsWith("Uid:")) {
                    uid = Long.parseLong(line.substring(tab + 1, line.indexOf('\t', tab + 1)));
                } else if (line.startsWith("Gid:")) {
                    gid = Long.parseLong(line.substring(tab + 1, line.indexOf('\t', tab + 1)));
                    break;
                }
            }
            return new Facts(comm, parent, uid, gid, now);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    /** The thread's name; empty if it is not known. */
    public String comm(int pid, int tid) {
        return facts(pid, tid).comm;
    }

    /** The parent's process id; 0 if it is not known. */
    public int parent(int pid) {
        return facts(pid, pid).parent;
    }

    public long uid(int pid, int tid) {
        return facts(pid, tid).uid;
    }

    public long gid(int pid, int tid) {
        return facts(pid, tid).gid;
    }

    /** The name of the thread with this id, whatever its process; null if there is none. */
    public @Nullable String commOf(long tid) {
        try {
            String comm = Files.readString(Path.of("/proc/" + tid + "/comm"), StandardCharsets.ISO_8859_1);
            return comm.endsWith("\n") ? comm.substring(0, comm.length() - 1) : comm;
        } catch (IOException e) {
            return null;
        }
    }

    /** A user's name by {@code /etc/passwd}; the number if it is not there. */
    public String userName(long uid) {
        return users.computeIfAbsent(uid, KnownProcesses::readUser);
    }

    private static String readUser(long uid) {
        String number = Long.toUnsignedString(uid);
        try {
            List<String> lines = Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.UTF_8);
            for (String line : lines) {
                String[] fields = line.split(":", -1);
                if (fields.length >= 3 && fields[2].equals(number)) {
                    return ByteText.ofUnicode(fields[0]);
                }
            }
        } catch (IOException e) {
            return number;
        }
        return number;
    }
}
