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
        /** Nobody records, and nobody has to: programs that preload its object arm themselves. */
        WAITING("waits for programs that preload it"),
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
     * @param users processes that map its rings, the tracer aside if it lives
     * @param heldBytes bytes of records in its rings, about
     * @param damage what is damaged, or null
     */
    public record Listed(
            SessionDirectory directory,
            State state,
            @Nullable SessionProperties properties,
            List<Leftovers> leftovers,
            List<Integer> users,
            long heldBytes,
            @Nullable String damage) {
        public Listed {
            leftovers = List.copyOf(leftovers);
            users = List.copyOf(users);
        }
    }

    private SessionLister() {}

    /** All sessions of a base directory, by name; none if there is no such directory. Directories that are not sessions of ours are passed by. */
    public static List<Listed> list(SessionBase base) throws StoreException {
        List<SessionDirectory> directories = new ArrayList<>();
        if (!Files.isDirectory(base.path())) {
            return List.of();
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(base.path())) {
            for (Path entry : entries) {
                if (isSession(entry)) {
                    directories.add(
                            SessionDirectory.open(base, entry.getFileName().toString()));
                }
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException(Reason.IO, "cannot list " + base.path() + ": " + e.getMessage(), e);
        }
        directories.sort(Comparator.comparing(SessionDirectory::name));
        RingUsers users = RingUsers.find(directories);
        return directories.stream()
                .map(directory -> inspect(directory, users.of(directory)))
                .toList();
    }

    static boolean isSession(Path entry) {
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
        return inspect(directory, RingUsers.find(List.of(directory)).of(directory));
    }

    private static Listed inspect(SessionDirectory directory, List<Integer> users) {
        SessionProperties properties;
        List<Leftovers> leftovers;
        boolean preloaded;
        try {
            preloaded = PreloadMark.read(directory) != null;
            properties = SessionProperties.read(directory);
            leftovers = Leftovers.of(JournalReader.read(directory)).stream()
                    .filter(left -> left.process().isAlive())
                    .toList();
        } catch (StoreException e) {
            return new Listed(directory, State.DAMAGED, null, List.of(), users, 0, e.getMessage());
        }
        long held = 0;
        String damage = null;
        try (SessionFile rings =
                SessionFile.openForRecovery(directory.rings(), properties.geometry(), properties.uuid())) {
            held = rings.heldBytes();
        } catch (IOException e) {
            damage = e.getMessage();
        }
        ProcessKey tracer = properties.tracer();
        boolean live = tracer.isAlive();
        List<Integer> others =
                users.stream().filter(pid -> !live || pid != tracer.pid()).toList();
        return new Listed(
                directory,
                state(live, preloaded, leftovers, others, damage),
                properties,
                leftovers,
                others,
                held,
                damage);
    }

    private static State state(
            boolean live, boolean preloaded, List<Leftovers> leftovers, List<Integer> users, @Nullable String damage) {
        if (live) {
            return State.LIVE;
        }
        if (preloaded) {
            return damage == null ? State.WAITING : State.DAMAGED;
        }
        if (!leftovers.isEmpty() || !users.isEmpty()) {
            return State.ABANDONED;
        }
        return damage == null ? State.DEAD : State.DAMAGED;
    }
}
