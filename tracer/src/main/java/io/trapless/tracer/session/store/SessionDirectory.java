package io.trapless.tracer.session.store;

import io.trapless.tracer.linux.LocalTime;
import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One session's directory, mode 0700: {@code rings}, which targets map, and the private files {@code session.properties}, {@code events} and {@code journal}.
 *
 * <p>Immutable; the files have their own rules.
 */
public final class SessionDirectory {
    static final String RINGS = "rings";
    static final String PROPERTIES = "session.properties";
    static final String JOURNAL = "journal";
    static final String EVENTS = "events";
    static final String PRELOAD = "preload";

    private static final int MAX_COMMAND_LENGTH = 40;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._+-]{0,200}");

    private final Path path;

    private SessionDirectory(Path path) {
        this.path = path;
    }

    /**
     * Makes the directory of a new session, named {@code COMMAND-PID-TIME}.
     *
     * @param command the traced command; characters that are not fit for a file name are replaced
     * @param pid of its process
     */
    public static SessionDirectory create(SessionBase base, String command, int pid) throws StoreException {
        return begin(base, command, pid).publish();
    }

    /**
     * Makes the directory of a new session under a hidden name that tells who makes it, so that one whose maker died before {@link #publish} is known for what it is: nothing has been changed in a
     * target yet, and it can go.
     */
    public static SessionDirectory begin(SessionBase base, String command, int pid) throws StoreException {
        base.prepare();
        SessionMaker self = SessionMaker.self();
        String stem = fit(command) + "-" + pid + "-" + LocalTime.stamp();
        for (int attempt = 1; ; attempt++) {
            String name = self.hidden(stem, attempt);
            try {
                Path path = base.path().resolve(name);
                SessionBase.makePrivateDirectory(path);
                return new SessionDirectory(path);
            } catch (FileAlreadyExistsException e) {
                requireFewer(attempt, base.path().resolve(name), e);
            } catch (IOException e) {
                throw new StoreException(
                        Reason.IO,
                        "cannot make a session in " + base.path() + " (" + e.getMessage()
                                + "); give another --shm-path",
                        e);
            }
        }
    }

    /**
     * As {@link #begin(SessionBase, String, int)}, for a session that gets just this name.
     *
     * @throws StoreException it is not fit for a session, or taken
     */
    public static SessionDirectory begin(SessionBase base, String name) throws StoreException {
        requireName(name);
        requireFree(base.path().resolve(name));
        base.prepare();
        Path path = base.path().resolve(SessionMaker.self().hidden(name, 1));
        try {
            SessionBase.makePrivateDirectory(path);
            return new SessionDirectory(path);
        } catch (IOException e) {
            throw new StoreException(
                    Reason.IO,
                    "cannot make a session in " + base.path() + " (" + e.getMessage() + "); give another --shm-path",
                    e);
        }
    }

    /** Gives the directory, begun with a name, that name. */
    public SessionDirectory publishAs(String name) throws StoreException {
        Path published = path.resolveSibling(name);
        requireFree(published);
        try {
            Files.move(path, published);
            return new SessionDirectory(published);
        } catch (IOException e) {
            throw new StoreException(
                    Reason.IO,
                    "cannot make the session " + published + " (" + e.getMessage() + "); give another --shm-path",
                    e);
        }
    }

    private static void requireFree(Path path) throws StoreException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreException(
                    Reason.EXISTS, path + " exists already; give another name, or remove it: see 'trapless sessions'");
        }
    }

    private static void requireName(String name) throws StoreException {
        if (!NAME.matcher(name).matches()) {
            throw new StoreException(
                    Reason.IO,
                    "'" + name
                            + "' is no name for a session; take letters, digits and ._+- and begin with a letter or digit");
        }
    }

    /** Gives the directory its name, now that its files are whole. This object stands for the old name and is of no use any more. */
    public SessionDirectory publish() throws StoreException {
        String stem = SessionMaker.name(name());
        for (int attempt = 1; ; attempt++) {
            Path published = path.resolveSibling(attempt == 1 ? stem : stem + "-" + attempt);
            try {
                Files.move(path, published);
                return new SessionDirectory(published);
            } catch (FileAlreadyExistsException e) {
                requireFewer(attempt, published, e);
            } catch (IOException e) {
                throw new StoreException(
                        Reason.IO,
                        "cannot make the session " + published + " (" + e.getMessage() + "); give another --shm-path",
                        e);
            }
        }
    }

    private static void requireFewer(int attempt, Path path, IOException cause) throws StoreException {
        if (attempt == 1_000) {
            throw new StoreException(Reason.IO, path + " and a thousand like it exist already; remove some", cause);
        }
    }

    /** Deletes what makers of sessions have left that died before {@link #publish}. What can't be deleted stays; it does no harm. */
    public static void deleteUnpublished(SessionBase base) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(base.path(), SessionMaker.PATTERN)) {
            for (Path entry : entries) {
                SessionDirectory unpublished = at(entry);
                Instant last = Files.getLastModifiedTime(entry).toInstant();
                if (unpublished.isOwn()
                        && SessionMaker.of(unpublished.name()).isGone(Duration.between(last, Instant.now()))) {
                    unpublished.delete();
                }
            }
        } catch (IOException | DirectoryIteratorException | NumberFormatException e) {
            return; // there is no such folder, or something in it is not ours
        }
    }

    /** Whether it belongs to the user that we are: only then may it be deleted, for its owner can put something else in its place at any time. */
    public boolean isOwn() {
        try {
            Object uid = Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
            return uid.equals(SessionBase.ownUid());
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The directory of an existing session.
     *
     * @param name as {@code trapless sessions} prints it
     */
    public static SessionDirectory open(SessionBase base, String name) throws StoreException {
        if (name.isEmpty() || name.startsWith(".") || name.indexOf('/') >= 0) {
            throw new StoreException(
                    Reason.NO_SUCH_SESSION,
                    "there is no session " + name + "; `trapless sessions` lists those that are");
        }
        Path path = base.path().resolve(name);
        SessionBase.requirePrivate(path);
        return new SessionDirectory(path);
    }

    /** A session's directory by its path, wherever it lies. */
    public static SessionDirectory at(Path path) throws StoreException {
        SessionBase.requirePrivate(path);
        return new SessionDirectory(path);
    }

    private static String fit(String command) {
        String name = command.substring(command.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._+-]", "_");
        String cut = name.substring(0, Math.min(name.length(), MAX_COMMAND_LENGTH));
        return cut.isEmpty() || cut.startsWith(".") || cut.startsWith("-") ? "_" + cut : cut;
    }

    public String name() {
        return path.getFileName().toString();
    }

    public Path path() {
        return path;
    }

    /** The ring file: for {@link io.trapless.tracer.ring.SessionFile}. */
    public Path rings() {
        return path.resolve(RINGS);
    }

    /** Where the shared object of a session for preloading lies, unless its user wanted it elsewhere. */
    public Path preloadObject() {
        return path.resolve("preload.so");
    }

    /** The journal: for {@link JournalWriter} and {@link JournalReader}. */
    public Path journal() {
        return path.resolve(JOURNAL);
    }

    /** Deletes the session. Targets that still map the rings keep them until they unmap them. */
    public void delete() throws StoreException {
        try {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
                for (Path file : files) {
                    Files.delete(file);
                }
            }
            Files.delete(path);
        } catch (IOException e) {
            throw new StoreException(Reason.IO, "cannot delete the session " + path + ": " + e.getMessage(), e);
        }
    }

    /** Replaces a private file in one step: a reader sees the old content or the new. */
    void replace(String fileName, byte[] content) throws StoreException {
        Path part = path.resolve(fileName + ".part");
        try {
            Files.deleteIfExists(part);
            try (FileChannel channel = openPrivate(
                    part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
            Files.move(part, path.resolve(fileName), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StoreException(
                    Reason.IO,
                    "cannot write " + path.resolve(fileName) + " (" + e.getMessage() + "); give another --shm-path",
                    e);
        }
    }

    /** The whole of a private file. */
    byte[] read(String fileName) throws StoreException {
        Path file = path.resolve(fileName);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new StoreException(
                    Reason.DAMAGED,
                    "the session " + name() + " has no file " + fileName + "; its tracer died while it began");
        }
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new StoreException(Reason.IO, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    static FileChannel openPrivate(Path file, OpenOption... options) throws IOException {
        return FileChannel.open(
                file,
                Set.of(options),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
}
