package io.trapless.tracer.session;

import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.LocalTime;
import io.trapless.tracer.linux.Memory;
import io.trapless.tracer.linux.Syscalls;
import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.preload.PreloadObject;
import io.trapless.tracer.preload.SessionRings;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.ring.Cpus;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.session.store.EventTable;
import io.trapless.tracer.session.store.JournalWriter;
import io.trapless.tracer.session.store.PreloadMark;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.session.store.SessionBase;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionIds;
import io.trapless.tracer.session.store.SessionProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Makes a session whose processes arm themselves: its rings, the meaning of its events, and the shared object to preload.
 *
 * @param directory of the session
 * @param object the shared object
 * @param siteCount places that it arms where it finds all files
 * @param refused probes that it does not
 */
public record PreloadSession(SessionDirectory directory, Path object, int siteCount, List<RefusedProbe> refused) {

    /** What LD_PRELOAD can hold: the dynamic linker takes spaces and colons for the end of a name (ld.so(8)), a shell many other characters. */
    private static final Pattern PLAIN_PATH = Pattern.compile("[A-Za-z0-9/._+@%=,-]+");

    private static final String OBJECT_MODE = "rwx------";

    public PreloadSession {
        refused = List.copyOf(refused);
    }

    /**
     * Makes it.
     *
     * @throws RecordingException nothing can be armed, or files can't be written; nothing is left behind
     */
    public static PreloadSession create(PreloadRequest request) throws RecordingException {
        try (ImageFiles files = new ImageFiles()) {
            HostClock clock = HostClock.begin();
            RingGeometry geometry =
                    RingGeometry.withCapacity(Cpus.possibleCount(), request.bufferSizeBytes(), request.mode());
            PreloadPlan plan = PreloadPlan.of(request.clauses(), files, geometry, clock.facts(), request.systemCalls());
            if (plan.modules().isEmpty()) {
                throw RecordingException.failed(nothingToArm(plan.refused()));
            }
            return create(request, geometry, plan, clock.facts().cyclesPerSecond());
        } catch (IOException e) {
            throw RecordingException.failed(Sentences.of(e));
        }
    }

    private static PreloadSession create(
            PreloadRequest request, RingGeometry geometry, PreloadPlan plan, long frequencyHz)
            throws IOException, RecordingException {
        SessionBase base = SessionBase.choose(request.base(), System.getenv());
        String name = request.name() != null
                ? request.name()
                : "preload-" + ProcessHandle.current().pid() + "-" + LocalTime.stamp();
        Path published = base.path().resolve(name);
        SessionDirectory.deleteUnpublished(base);
        SessionDirectory directory = SessionDirectory.begin(base, name);
        Path elsewhere = request.object();
        boolean own = elsewhere == null;
        Path object = elsewhere == null
                ? directory.preloadObject()
                : elsewhere.toAbsolutePath().normalize();
        Path objectPublished = own ? published.resolve(object.getFileName()) : object;
        boolean created = false;
        boolean objectWritten = false;
        try {
            requirePlain(objectPublished);
            TscCalibration.Sample begin = SessionResources.sampleClock();
            long beginCycles = TimeStampCounter.read();
            UUID uuid = SessionIds.next();
            writeRings(directory, geometry, uuid, beginCycles, plan.events());
            new SessionProperties(
                            ProcessKey.ofSelf(),
                            uuid,
                            Instant.now(),
                            geometry,
                            beginCycles,
                            begin,
                            frequencyHz,
                            null,
                            List.of())
                    .write(directory);
            new EventTable(new TraceEnvironment().build(), plan.events()).write(directory);
            JournalWriter.open(directory).close();
            SessionRings rings = new SessionRings(
                    published.resolve(directory.rings().getFileName()).toString(), geometry.fileSizeBytes(), uuid);
            writeObject(object, PreloadObject.build(plan.modules(), rings));
            objectWritten = true;
            requireExecutable(object, own);
            new PreloadMark(objectPublished).write(directory);
            directory = directory.publishAs(name);
            created = true;
            return new PreloadSession(directory, objectPublished, plan.siteCount(), plan.refused());
        } finally {
            if (!created) {
                if (objectWritten) {
                    Files.deleteIfExists(object);
                }
                directory.delete();
            }
        }
    }

    /** All events are on from the beginning, and nobody waits for a tracer. */
    private static void writeRings(
            SessionDirectory directory, RingGeometry geometry, UUID uuid, long beginCycles, List<EventType> events)
            throws IOException {
        try (SessionFile file = SessionFile.create(
                directory.rings(),
                geometry,
                uuid,
                SessionGround.reservation(directory, geometry, false, true),
                beginCycles)) {
            events.forEach(event -> file.setEnabled(event.id(), true));
            file.beat(0);
        }
    }

    private static void writeObject(Path object, byte[] bytes) throws IOException, RecordingException {
        if (Files.exists(object, LinkOption.NOFOLLOW_LINKS)) {
            throw RecordingException.failed(object + " exists already; give --object another name");
        }
        Files.newByteChannel(
                        object,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OBJECT_MODE)))
                .close();
        Files.write(object, bytes);
    }

    private static void requirePlain(Path object) throws RecordingException {
        if (!PLAIN_PATH.matcher(object.toString()).matches()) {
            throw RecordingException.failed("LD_PRELOAD can't name " + object
                    + ", for its path has spaces, colons or other special characters; give --object a plain path");
        }
    }

    /** A dynamic linker can load nothing from a file system that is mounted {@code noexec}: one that is not is needed. */
    private static void requireExecutable(Path object, boolean own) throws RecordingException {
        int descriptor = (int) LinuxException.check(
                Descriptors.open(object.toString(), Descriptors.O_RDONLY | Descriptors.O_CLOEXEC), "open " + object);
        long mapped = Syscalls.call(
                Syscalls.MMAP, 0, 4096, Memory.PROT_READ | Memory.PROT_EXEC, Memory.MAP_PRIVATE, descriptor, 0);
        Descriptors.close(descriptor);
        if (mapped < 0 && mapped > -4096) {
            throw RecordingException.failed("nothing can be loaded from " + object.getParent()
                    + ", which is mounted noexec; give --object a file elsewhere" + (own ? "" : " than that"));
        }
        Syscalls.call(Syscalls.MUNMAP, mapped, 4096);
    }

    private static String nothingToArm(List<RefusedProbe> refused) {
        if (refused.isEmpty()) {
            return "the clauses mean no place in any file; see 'trapless list'";
        }
        String more = refused.size() > 1 ? " (and " + (refused.size() - 1) + " more refusals)" : "";
        return refused.getFirst().probe() + ": " + refused.getFirst().reason() + more;
    }
}
