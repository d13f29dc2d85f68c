package io.trapless.tracer.session.store;

import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what sessions there are and which of them need somebody. */
public final class SessionLister {
    /** What is going on in a session. */
    public enum State {
        /** Its tracer records. */
        LIVE("recording"),
        /** Its tracer has died, and something of it is left in a process that lives: {@code trapless detach}. */
        ABANDONED("its tracer died; its probes are still in place"),
        /** Its tracer has died, and there is nothing to take out of anything: {@code trapless recover}. */
        DEAD("its tracer died"),
        /** It cannot be read. */
        DAMAGED("damaged");

        private final String text;

        State(String text) {
            this.text = text;
        }

        /** For people. */
        public String text() {
            return text;
        }
    }

    /**
     * One session.
     *
     * @param properties null if damaged
     * @param leftovers in processes that live
     * @param heldBytes bytes of records in its rings, about
     * @param damage what is damaged, or null
     */
    public record Listed(
            SessionDirectory directory,
            State state,
            @Nullable SessionProperties properties,
            List<Leftovers> leftovers,
            long heldBytes,
            @Nullable String damage) {
        public Listed {
            leftovers = List.copyOf(leftovers);
        }
    }

    private SessionLister() {}

    /** All sessions of a base directory, by name; none if there is no such directory. Directories that are not sessions of ours are passed by. */
    public static List<Listed> list(SessionBase base) throws StoreException {
        List<Listed> sessions = new ArrayList<>();
        if (!Files.isDirectory(base.path())) {
            return sessions;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(base.path())) {
            for (Path entry : entries) {
                if (isSession(entry)) {
                    sessions.add(inspect(
                            SessionDirectory.open(base, entry.getFileName().toString())));
                }
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException(Reason.IO, "cannot list " + base.path() + ": " + e.getMessage(), e);
        }
        sessions.sort(Comparator.comparing(s -> s.directory().name()));
        return sessions;
    }

    private static boolean isSession(Path entry) {
        try {
            if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)
                    || entry.getFileName().toString().startsWith(".")) {
                return false;
            }
            SessionBase.requirePrivate(entry);
            return Files.exists(entry.resolve(SessionDirectory.PROPERTIES), LinkOption.NOFOLLOW_LINKS)
                    || Files.exists(entry.resolve(SessionDirectory.RINGS), LinkOption.NOFOLLOW_LINKS);
        } catch (StoreException e) {
            return false;
        }
    }

    /** Looks into one session. */
    public static Listed inspect(SessionDirectory directory) {
        SessionProperties properties;
        List<Leftovers> leftovers;
        try {
            properties = SessionProperties.read(directory);
            leftovers = Leftovers.of(JournalReader.read(directory)).stream()
                    .filter(left -> left.process().isAlive())
                    .toList();
        } catch (StoreException e) {
            return new Listed(directory, State.DAMAGED, null, List.of(), 0, e.getMessage());
        }
        long held = 0;
        String damage = null;
        try (SessionFile rings =
                SessionFile.openForRecovery(directory.rings(), properties.geometry(), properties.uuid())) {
            held = rings.heldBytes();
        } catch (IOException e) {
            damage = e.getMessage();
        }
        State state = properties.tracer().isAlive()
                ? State.LIVE
                : !leftovers.isEmpty() ? State.ABANDONED : damage != null ? State.DAMAGED : State.DEAD;
        return new Listed(directory, state, properties, leftovers, held, damage);
    }
}
