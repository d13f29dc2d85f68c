package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.session.store.JournalEntry;
import io.trapless.tracer.session.store.JournalReader;
import io.trapless.tracer.session.store.Leftovers;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.session.store.RingUsers;
import io.trapless.tracer.session.store.SessionBase;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionLister;
import io.trapless.tracer.session.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes what tracers that died left out of a process, and out of the processes that were forked from it while it was traced. A session is found by its journal, in the places where sessions lie,
 * or by its ring file in the process's memory map. The latest session is undone first. One thread, once.
 */
public final class LeftoverRemoval {
    private final List<Undone> undone = new ArrayList<>();
    private final List<LiveSession> live = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private int lost;

    private LeftoverRemoval() {}

    /**
     * What was done.
     *
     * @param live sessions that record the process now: they were not touched
     * @param problems sentences about what could not be done
     * @param lostSessions ring files in the process whose sessions have been deleted, so that nobody knows how to undo them
     */
    public record Report(List<Undone> undone, List<LiveSession> live, List<String> problems, int lostSessions) {
        public Report {
            undone = List.copyOf(undone);
            live = List.copyOf(live);
            problems = List.copyOf(problems);
        }
    }

    /**
     * One session, taken out of one process.
     *
     * @param restoredSites jumps that stood there and are gone
     * @param foreignSites places that somebody else has changed since; they were left as they are
     * @param memoryLeft whether a thread may still need the session's code, so that it stays mapped
     * @param deleted whether nothing was left of the session, so that it has been deleted
     */
    public record Undone(
            String session, int pid, int restoredSites, int foreignSites, boolean memoryLeft, boolean deleted) {}

    /** A session whose tracer lives. */
    public record LiveSession(String session, int tracer) {}

    /** A session that has, or may have, something in the process. */
    private record Candidate(SessionDirectory directory, SessionLister.Listed listed, List<Leftovers> leftovers) {
        Instant created() {
            return listed.properties() == null
                    ? Instant.MIN
                    : listed.properties().created();
        }
    }

    /**
     * Undoes all that dead tracers left in one process.
     *
     * @param shmPath where the sessions lie, or null: the usual places
     * @throws AttachException the process can't be touched
     * @throws IOException the sessions can't be read
     */
    public static Report remove(int pid, @Nullable Path shmPath)
            throws AttachException, IOException, InterruptedException {
        LeftoverRemoval removal = new LeftoverRemoval();
        try (TargetProcess process = TargetProcess.open(pid);
                Ptracer ptracer = new Ptracer()) {
            removal.remove(process, shmPath, ptracer);
        }
        return new Report(removal.undone, removal.live, removal.problems, removal.lost);
    }

    private void remove(TargetProcess process, @Nullable Path shmPath, Ptracer ptracer)
            throws AttachException, IOException, InterruptedException {
        MappedSessions mapped = MappedSessions.of(process.mappings());
        lost = mapped.deleted();
        for (Candidate session : candidates(process, mapped, shmPath)) {
            var properties = session.listed.properties();
            if (properties != null && properties.tracer().isAlive()) {
                live.add(new LiveSession(
                        session.directory.name(), properties.tracer().pid()));
                continue;
            }
            remove(session, process, ptracer);
        }
    }

    /** Latest first. */
    private List<Candidate> candidates(TargetProcess process, MappedSessions mapped, @Nullable Path shmPath)
            throws IOException {
        ProcessKey key = key(process);
        Map<Path, Candidate> found = new LinkedHashMap<>();
        for (SessionDirectory directory : mapped.directories()) {
            add(found, directory, null);
        }
        for (SessionBase base : SessionBase.all(shmPath, System.getenv())) {
            for (SessionLister.Listed listed : SessionLister.list(base)) {
                add(found, listed.directory(), key);
            }
        }
        return found.values().stream()
                .sorted(Comparator.comparing(Candidate::created).reversed())
                .toList();
    }

    /** @param concerned the process that the session must have changed, or null: it has */
    private void add(Map<Path, Candidate> found, SessionDirectory directory, @Nullable ProcessKey concerned)
            throws IOException {
        Path path = directory.path().toRealPath();
        if (found.containsKey(path)) {
            return;
        }
        try {
            List<Leftovers> leftovers = Leftovers.of(JournalReader.read(directory));
            if (concerned == null
                    || leftovers.stream().anyMatch(left -> left.process().equals(concerned))) {
                found.put(path, new Candidate(directory, SessionLister.inspect(directory), leftovers));
            }
        } catch (StoreException e) {
            if (concerned == null) {
                problems.add("session " + directory.name() + " has its probes in the process and can't be undone: "
                        + e.getMessage());
            }
        }
    }

    private void remove(Candidate session, TargetProcess process, Ptracer ptracer)
            throws AttachException, InterruptedException {
        List<Undone> done = new ArrayList<>();
        Undone first = removeFrom(session, process, ptracer);
        if (first != null) {
            done.add(first);
        }
        for (int user : RingUsers.find(List.of(session.directory)).of(session.directory)) {
            if (user != process.pid() && Descendants.descends(user, process.pid())) {
                Undone child = removeFromChild(session, user, ptracer);
                if (child != null) {
                    done.add(child);
                }
            }
        }
        boolean deleted = SessionRemains.deleteIfNothingLeft(session.directory);
        for (Undone one : done) {
            undone.add(new Undone(one.session, one.pid, one.restoredSites, one.foreignSites, one.memoryLeft, deleted));
        }
    }

    private @Nullable Undone removeFromChild(Candidate session, int pid, Ptracer ptracer) throws InterruptedException {
        try (TargetProcess child = TargetProcess.open(pid)) {
            return removeFrom(session, child, ptracer);
        } catch (AttachException e) {
            problems.add("the forked process " + pid + " could not be detached from: "
                    + e.refusal().sentence());
            return null;
        }
    }

    /** Null if nothing of the session is in the process. */
    private static @Nullable Undone removeFrom(Candidate session, TargetProcess process, Ptracer ptracer)
            throws AttachException, InterruptedException {
        MappedSessions mapped = MappedSessions.of(process.mappings());
        Leftovers left = leftoversOf(session, process, mapped);
        if (left == null) {
            return null;
        }
        Detachment.Result result = null;
        List<JournalEntry.Mapped> mappings = left.mappings().stream()
                .filter(mapping -> mapped.holds(session.directory, mapping))
                .toList();
        if (!mappings.isEmpty() || SessionRemains.hasJump(process, left)) {
            Detachment detachment = new Detachment(
                    process,
                    left.patches(),
                    left.semaphores(),
                    mappings.stream()
                            .map(m -> new ProcessAttachment.Mapped(m.address(), m.sizeBytes()))
                            .toList());
            result = detachment.runOn(ptracer);
        }
        if (left.process().equals(key(process)) && session.directory.isOwn()) {
            SessionRemains.note(session.directory, left, result == null || !result.memoryLeft());
        }
        return result == null
                ? null
                : new Undone(
                        session.directory.name(),
                        process.pid(),
                        result.restoredSites(),
                        result.foreignSites(),
                        result.memoryLeft(),
                        false);
    }

    /** The process's own; for one that was forked from a traced one, its parent's: it has them all, at the same addresses. */
    private static @Nullable Leftovers leftoversOf(Candidate session, TargetProcess process, MappedSessions mapped) {
        ProcessKey key = key(process);
        for (Leftovers left : session.leftovers) {
            if (left.process().equals(key)) {
                return left;
            }
        }
        for (Leftovers left : session.leftovers) {
            if (!left.mappings().isEmpty()
                    && left.mappings().stream().allMatch(mapping -> mapped.holds(session.directory, mapping))) {
                return left;
            }
        }
        return null;
    }

    private static ProcessKey key(TargetProcess process) {
        return new ProcessKey(process.pid(), process.startTime());
    }
}
