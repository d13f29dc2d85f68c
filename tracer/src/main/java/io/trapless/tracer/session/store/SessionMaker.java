package io.trapless.tracer.session.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Who makes a session whose directory has its hidden name still: {@code .new-PID-STARTTIME-PIDNAMESPACE-ATTEMPT-NAME}.
 *
 * @param process in its own pid namespace
 * @param pidNamespace the inode of that (namespaces(7)); 0 if the kernel did not tell
 */
record SessionMaker(ProcessKey process, long pidNamespace) {
    private static final String PREFIX = ".new-";
    private static final int WORDS = 6;

    /** Nobody takes so long to make a session. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    static final String PATTERN = PREFIX + "*";

    static SessionMaker self() {
        return new SessionMaker(ProcessKey.ofSelf(), ownNamespace());
    }

    /** What the maker calls a directory that will have {@code name}. */
    String hidden(String name, int attempt) {
        return PREFIX + process.pid() + "-" + process.startTime() + "-" + pidNamespace + "-" + attempt + "-" + name;
    }

    /** The name that a directory called {@code hidden} will have. */
    static String name(String hidden) {
        return hidden.split("-", WORDS)[WORDS - 1];
    }

    /** @throws NumberFormatException nobody of ours has made that name */
    static SessionMaker of(String hidden) {
        String[] words = hidden.split("-", WORDS);
        if (words.length < WORDS) {
            throw new NumberFormatException(hidden);
        }
        return new SessionMaker(
                new ProcessKey(Integer.parseInt(words[1]), Long.parseLong(words[2])), Long.parseLong(words[3]));
    }

    /**
     * Whether it can't finish any more.
     *
     * @param age since it did anything to the directory. A process of another pid namespace, which can't be asked, is given {@link #LONGEST}
     */
    boolean isGone(Duration age) {
        boolean known = pidNamespace != 0 && pidNamespace == ownNamespace();
        return !process.isAlive() && (known || age.compareTo(LONGEST) > 0);
    }

    private static long ownNamespace() {
        try {
            String link = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
            return Long.parseLong(link.substring(link.indexOf('[') + 1, link.indexOf(']')));
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return 0;
        }
    }
}
