package io.trapless.tracer.session.store;

import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the session that a user means: by its name, by the beginning of its name, or by the pid of a process that it traces. */
public final class SessionFinder {
    private static final int NAMED = 3;

    private SessionFinder() {}

    /**
     * A session whose recorder lives.
     *
     * @param text its name, the pid of one of its targets, or what only its name begins with
     * @param environment as of System.getenv()
     * @throws StoreException none is meant, several are, or its recorder has died
     */
    public static SessionDirectory findLive(@Nullable Path shmPath, Map<String, String> environment, String text)
            throws IOException {
        SessionDirectory found = find(shmPath, environment, text);
        SessionProperties properties = SessionProperties.read(found);
        if (!properties.tracer().isAlive()) {
            throw new StoreException(
                    Reason.NO_SUCH_SESSION,
                    "the recorder of session " + found.name() + " has died; 'trapless recover " + found.name()
                            + " -o DIR' makes a trace of what its rings hold");
        }
        return found;
    }

    /** A session, whatever has become of its recorder; otherwise as {@link #findLive}. */
    public static SessionDirectory find(@Nullable Path shmPath, Map<String, String> environment, String text)
            throws IOException {
        List<SessionDirectory> all = new ArrayList<>();
        for (SessionBase base : SessionBase.all(shmPath, environment)) {
            addSessions(all, base);
        }
        List<Predicate<SessionDirectory>> meanings = List.of(
                session -> session.name().equals(text),
                session -> text.matches("[0-9]{1,10}") && traces(session, text),
                session -> !text.isEmpty() && session.name().startsWith(text));
        for (Predicate<SessionDirectory> meaning : meanings) {
            List<SessionDirectory> meant = all.stream().filter(meaning).toList();
            if (meant.size() > 1) {
                throw ambiguous(text, meant);
            }
            if (meant.size() == 1) {
                return meant.getFirst();
            }
        }
        throw new StoreException(
                Reason.NO_SUCH_SESSION, "there is no session " + text + "; 'trapless sessions' lists those that are");
    }

    private static StoreException ambiguous(String text, List<SessionDirectory> meant) {
        String names = meant.stream().limit(NAMED).map(SessionDirectory::name).collect(Collectors.joining(", "));
        String more = meant.size() > NAMED ? " and " + (meant.size() - NAMED) + " more" : "";
        return new StoreException(
                Reason.NO_SUCH_SESSION, text + " may be any of " + names + more + "; give the name of one");
    }

    /** Whether a live recorder traces the process; of dead sessions a pid tells nothing. */
    private static boolean traces(SessionDirectory session, String pid) {
        try {
            SessionProperties properties = SessionProperties.read(session);
            return properties.tracer().isAlive()
                    && properties.targets().stream()
                            .anyMatch(target ->
                                    Integer.toString(target.process().pid()).equals(pid));
        } catch (StoreException e) {
            return false;
        }
    }

    private static void addSessions(List<SessionDirectory> all, SessionBase base) throws StoreException {
        if (!Files.isDirectory(base.path())) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(base.path())) {
            for (Path entry : entries) {
                if (SessionLister.isSession(entry)) {
                    all.add(SessionDirectory.at(entry));
                }
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException | DirectoryIteratorException e) {
            throw new StoreException(Reason.IO, "cannot list " + base.path() + ": " + e.getMessage(), e);
        }
    }
}
