package io.trapless.tracer.session;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Value;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.ring.Cpus;
import io.trapless.tracer.ring.Reservation;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.session.store.SessionBase;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionIds;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a session stands on, whatever will be armed: its directory, which has no name yet, its empty rings, and when it began. Laid by any thread, then {@link SessionResources}' or removed.
 *
 * @param later memory that the rings get once the probes are armed, for it takes time; null if they have all
 * @param begin both clocks when it began
 * @param beginCycles the begin of each ring's first packet
 */
record SessionGround(
        SessionDirectory directory,
        SessionFile file,
        @Nullable Reservation later,
        RingGeometry geometry,
        UUID uuid,
        TscCalibration.Sample begin,
        long beginCycles) {

    /**
     * @param first after which the session is named; if there is none yet, after the tracer
     */
    static SessionGround lay(RecordingRequest request, RingGeometry geometry, @Nullable TargetProcess first)
            throws IOException {
        SessionBase base = SessionBase.choose(request.base(), System.getenv());
        base.prepare();
        SessionDirectory.deleteUnpublished(base);
        SessionDirectory directory = begin(base, first);
        SessionFile file = null;
        try {
            TscCalibration.Sample begin = SessionResources.sampleClock();
            long beginCycles = TimeStampCounter.read();
            UUID uuid = SessionIds.next();
            boolean standsStill = !request.command().isEmpty();
            boolean images = hasImages(request);
            Reservation now = reservation(directory, geometry, images, standsStill);
            Reservation later = null;
            if (now.atomicRings() && !images && !standsStill) {
                later = new Reservation(now.onlineCpus(), false, true, false);
                now = new Reservation(now.onlineCpus(), true, false, false);
            }
            file = SessionFile.create(directory.rings(), geometry, uuid, now, beginCycles);
            return new SessionGround(directory, file, later, geometry, uuid, begin, beginCycles);
        } finally {
            if (file == null) {
                directory.delete();
            }
        }
    }

    /** Nothing stays of it. */
    void remove() throws IOException {
        file.close();
        directory.delete();
    }

    private static SessionDirectory begin(SessionBase base, @Nullable TargetProcess first) throws IOException {
        if (first == null) {
            return SessionDirectory.begin(base, "all", ProcessKey.ofSelf().pid());
        }
        List<String> command = first.commandLine();
        return SessionDirectory.begin(base, command.isEmpty() ? "process" : command.getFirst(), first.pid());
    }

    /** Whether stacks are captured whole: such records go to the atomic rings. */
    private static boolean hasImages(RecordingRequest request) {
        return request.allSources().stream()
                .anyMatch(source -> source.captures().apply(new ArgumentTypes.Function())
                                instanceof Result.Ok<CaptureProgram>(CaptureProgram program)
                        && program.captures().stream()
                                .anyMatch(capture -> capture.value() instanceof Value.StackImage));
    }

    /** The rseq rings always; the atomic ones too where they are needed or that leaves plenty of room for others. */
    static Reservation reservation(SessionDirectory directory, RingGeometry geometry, boolean images, boolean cleared)
            throws IOException {
        Reservation all = new Reservation(Cpus.onlineEnd(), true, true, cleared);
        long free = directory.path().toFile().getUsableSpace();
        return images || all.totalBytes(geometry) <= free / 4
                ? all
                : new Reservation(Cpus.onlineEnd(), true, false, cleared);
    }
}
