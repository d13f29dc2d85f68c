package io.trapless.tracer.session;

import io.trapless.tracer.attach.MemoryMapping;
import io.trapless.tracer.session.store.JournalEntry;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The sessions whose ring files a process has mapped, as its memory map tells. A file counts if it is still there, the same one, in a directory that only its owner can enter: a target may map
 * what it likes under any name.
 */
final class MappedSessions {
    private static final String RINGS = "/rings";

    private final Map<Path, List<MemoryMapping>> ringsByDirectory = new LinkedHashMap<>();
    private final List<SessionDirectory> directories = new ArrayList<>();
    private int deleted;

    private MappedSessions() {}

    static MappedSessions of(List<MemoryMapping> mappings) {
        MappedSessions sessions = new MappedSessions();
        for (MemoryMapping mapping : mappings) {
            if (mapping.isFile() && mapping.shared() && mapping.path().endsWith(RINGS)) {
                sessions.add(mapping);
            }
        }
        return sessions;
    }

    private void add(MemoryMapping mapping) {
        if (mapping.deleted()) {
            deleted++;
            return;
        }
        Path directory = Path.of(mapping.path()).getParent();
        if (directory == null || !isSame(mapping)) {
            return;
        }
        List<MemoryMapping> known = ringsByDirectory.get(directory);
        if (known != null) {
            known.add(mapping);
            return;
        }
        try {
            directories.add(SessionDirectory.at(directory));
            ringsByDirectory.put(directory, new ArrayList<>(List.of(mapping)));
        } catch (StoreException _) {
            return; // not a session, or not ours to look into
        }
    }

    private static boolean isSame(MemoryMapping mapping) {
        try {
            Map<String, Object> file =
                    Files.readAttributes(Path.of(mapping.path()), "unix:ino", LinkOption.NOFOLLOW_LINKS);
            return Long.valueOf(mapping.inode()).equals(file.get("ino"));
        } catch (IOException _) {
            return false;
        }
    }

    /** In the order of their addresses in the process. */
    List<SessionDirectory> directories() {
        return List.copyOf(directories);
    }

    /** Mappings of ring files that have been deleted: their sessions can't be undone any more. */
    int deleted() {
        return deleted;
    }

    /** Whether some of {@code session}'s ring file is mapped inside a stretch of memory: then all of the stretch is that session's. */
    boolean holds(SessionDirectory session, JournalEntry.Mapped stretch) {
        return ringsByDirectory.getOrDefault(session.path(), List.of()).stream()
                .anyMatch(mapping -> mapping.start() >= stretch.address()
                        && mapping.end() <= stretch.address() + stretch.sizeBytes());
    }
}
