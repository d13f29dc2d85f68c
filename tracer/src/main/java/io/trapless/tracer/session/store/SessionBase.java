package io.trapless.tracer.session.store;

import io.trapless.tracer.session.store.StoreException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The directory that holds the sessions of one user, or that {@code --shm-path} names. */
public record SessionBase(Path path, boolean chosenByUser) {
    private static final String PRIVATE = "rwx------";

    /**
     * {@code shmPath} if it is given; else {@code $XDG_RUNTIME_DIR/trapless} if that directory exists and is a tmpfs; else {@code /dev/shm/trapless-UID}.
     *
     * @param environment as of System.getenv()
     */
    public static SessionBase choose(@Nullable Path shmPath, Map<String, String> environment) throws IOException {
        if (shmPath != null) {
            return new SessionBase(shmPath.toAbsolutePath().normalize(), true);
        }
        String runtime = environment.get("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty()) {
            Path directory = Path.of(runtime);
            if (directory.isAbsolute()
                    && Files.isDirectory(directory)
                    && Files.isWritable(directory)
                    && isTmpfs(directory)) {
                return new SessionBase(directory.resolve("trapless"), false);
            }
        }
        return new SessionBase(Path.of("/dev/shm/trapless-" + ownUid()), false);
    }

    /**
     * Where sessions may lie: the one that {@link #choose} gives; and if nobody chose it, both of the places that it chooses from, for root those of all users. Only those that exist and are private.
     */
    public static List<SessionBase> all(@Nullable Path shmPath, Map<String, String> environment) throws IOException {
        SessionBase chosen = choose(shmPath, environment);
        if (shmPath != null) {
            return List.of(chosen);
        }
        Set<Path> candidates = new LinkedHashSet<>();
        candidates.add(chosen.path());
        candidates.add(Path.of("/dev/shm/trapless-" + ownUid()));
        if (ownUid() == 0) {
            addAll(candidates, Path.of("/dev/shm"), "trapless-*", Path.of(""));
            addAll(candidates, Path.of("/run/user"), "*", Path.of("trapless"));
        }
        List<SessionBase> bases = new ArrayList<>();
        for (Path candidate : candidates) {
            try {
                requirePrivate(candidate);
                bases.add(new SessionBase(candidate, false));
            } catch (StoreException _) {
                // not there, or not made by us
            }
        }
        return bases;
    }

    private static void addAll(Set<Path> candidates, Path folder, String glob, Path below) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(entry -> candidates.add(entry.resolve(below)));
        } catch (IOException | DirectoryIteratorException e) {
            return; // there is no such folder here
        }
    }

    private static boolean isTmpfs(Path directory) throws IOException {
        return Files.getFileStore(directory).type().equals("tmpfs");
    }

    /**
     * Makes the directory, for its owner only, if it is not there. One that we chose must be ours alone: somebody else may have put it there before us.
     *
     * @throws StoreException it belongs to somebody else, is open to others, or cannot be made
     */
    public void prepare() throws StoreException {
        try {
            Path parent = path.getParent();
            if (chosenByUser && parent != null) {
                Files.createDirectories(parent);
            }
            try {
                makePrivateDirectory(path);
            } catch (FileAlreadyExistsException e) {
                if (!chosenByUser) {
                    requirePrivate(path);
                } else if (!Files.isDirectory(path)) {
                    throw new StoreException(
                            Reason.NOT_PRIVATE, path + " is not a directory; give --shm-path another one", e);
                }
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException(
                    Reason.IO,
                    "cannot make the directory " + path + " (" + e.getMessage() + "); give --shm-path another one",
                    e);
        }
    }

    static void makePrivateDirectory(Path directory) throws IOException {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE)));
    }

    /** Refuses what is not a directory of ours (or, for root, of anybody) that only its owner can enter; a link is none. */
    static void requirePrivate(Path directory) throws StoreException {
        try {
            Map<String, Object> attributes =
                    Files.readAttributes(directory, "unix:isDirectory,uid,mode", LinkOption.NOFOLLOW_LINKS);
            int uid = (Integer) Objects.requireNonNull(attributes.get("uid"));
            int mode = (Integer) Objects.requireNonNull(attributes.get("mode"));
            int own = ownUid();
            if (!Boolean.TRUE.equals(attributes.get("isDirectory")) || (uid != own && own != 0) || (mode & 0077) != 0) {
                throw new StoreException(
                        Reason.NOT_PRIVATE,
                        directory
                                + " is not a directory that only its owner can enter; remove it or give --shm-path another one");
            }
        } catch (NoSuchFileException e) {
            throw new StoreException(
                    Reason.NO_SUCH_SESSION,
                    "there is no session " + directory.getFileName() + "; `trapless sessions` lists those that are",
                    e);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException(Reason.IO, "cannot look at " + directory + ": " + e.getMessage(), e);
        }
    }

    static int ownUid() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    }
}
