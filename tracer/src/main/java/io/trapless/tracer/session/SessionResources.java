package io.trapless.tracer.session;

import io.trapless.trace.ctf.PacketScanner;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TscCalibration;
import io.trapless.tracer.attach.OpenFile;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.LinuxException;
import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.ring.Reservation;
import io.trapless.tracer.ring.RingConsumer;
import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.store.JournalWriter;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionProperties;
import io.trapless.tracer.trap.Traps;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What a recording has outside its targets: the session's directory with rings and journal, the trace, and the consumer between them. Made and closed by the thread that drives the recording. */
final class SessionResources {
    private static final int CLOCK_TRIES = 100;

    private final SessionDirectory directory;
    private final SessionFile file;
    private final JournalWriter journal;
    private final TraceOutput output;
    private final SessionCatalog catalog;
    private final RingConsumer consumer;
    private final @Nullable Reservation later;
    private final @Nullable EventTap tap;
    private final long frequencyHz;
    private volatile @Nullable Traps traps;

    private SessionResources(
            SessionDirectory directory,
            SessionGround ground,
            JournalWriter journal,
            TraceOutput output,
            @Nullable EventTap tap,
            SessionCatalog catalog,
            long frequencyHz,
            RingConsumer.Listener listener,
            long maxEvents)
            throws IOException {
        this.directory = directory;
        this.frequencyHz = frequencyHz;
        this.file = ground.file();
        this.later = ground.later();
        this.journal = journal;
        this.output = output;
        this.tap = tap;
        this.catalog = catalog;
        List<EventType> events = catalog.schema().events();
        events.forEach(event -> file.setEnabled(event.id(), true));
        this.consumer = new RingConsumer(
                file,
                new PacketScanner(events),
                tap == null ? output : new TappedOutput(output, tap),
                TimeStampCounter::read,
                ground.beginCycles(),
                maxEvents,
                listener);
    }

    /**
     * Creates the rest of it and starts the consumer.
     *
     * @param ground becomes its own, and is removed if that fails
     */
    static SessionResources create(
            RecordingRequest request,
            SessionGround ground,
            List<BoundTarget> targets,
            long frequencyHz,
            RingConsumer.Listener listener)
            throws IOException {
        SessionDirectory directory = ground.directory();
        TraceOutput output = null;
        boolean created = false;
        try {
            SessionProperties properties = new SessionProperties(
                    ProcessKey.ofSelf(),
                    ground.uuid(),
                    Instant.now(),
                    ground.geometry(),
                    ground.beginCycles(),
                    ground.begin(),
                    frequencyHz,
                    request.writesTrace() ? request.output().toAbsolutePath() : null,
                    List.of());
            SessionCatalog catalog = new SessionCatalog(properties);
            catalog.add(targets);
            catalog.writeTo(directory);
            output = TraceOutput.create(request.output(), request.options(), ground.begin(), catalog::schema);
            directory = directory.publish();
            JournalWriter journal = JournalWriter.open(directory);
            SessionResources resources = new SessionResources(
                    directory,
                    ground,
                    journal,
                    output,
                    request.tap(),
                    catalog,
                    frequencyHz,
                    listener,
                    request.maxEvents());
            if (request.tap() != null) {
                request.tap().begin(catalog.schema().clock());
            }
            resources.tellAppeared(targets);
            resources.tell(targets, catalog.schema().events());
            resources.consumer.start();
            created = true;
            return resources;
        } finally {
            if (!created) {
                if (output != null) {
                    output.abandon();
                }
                ground.file().close();
                directory.delete();
            }
        }
    }

    /**
     * Takes in what further processes, or further modules of processes, will record: it is on disk, in the trace's metadata and known to the consumer before this returns, and switched on. Only then
     * may anything be written that has one of its event ids. Any thread, while no other does it.
     */
    void extend(List<BoundTarget> targets) throws IOException {
        List<EventType> fresh = catalog.add(targets);
        tellAppeared(targets);
        if (fresh.isEmpty()) {
            return;
        }
        catalog.writeTo(directory);
        output.refreshSchema();
        tell(targets, fresh);
        consumer.add(fresh);
        fresh.forEach(event -> file.setEnabled(event.id(), true));
    }

    /** A process has loaded something, or is going to be left: what it has mapped is taken down for whoever names its addresses. */
    void refresh(TargetProcess process) {
        catalog.refresh(process);
        if (tap != null) {
            tap.appeared(process.pid());
        }
    }

    /** A process was forked by a recorded one. */
    void forked(int parent, TargetProcess child) {
        catalog.forked(parent, child);
        if (tap != null) {
            tap.forked(parent, child.pid());
        }
    }

    private void tellAppeared(List<BoundTarget> targets) {
        EventTap listener = tap;
        if (listener != null) {
            targets.forEach(target -> listener.appeared(target.process().pid()));
        }
    }

    /** Tells the tap what new event ids mean. */
    private void tell(List<BoundTarget> targets, List<EventType> fresh) {
        EventTap listener = tap;
        if (listener == null) {
            return;
        }
        Set<Integer> untold = new HashSet<>();
        fresh.forEach(event -> untold.add(event.id()));
        for (BoundTarget target : targets) {
            for (BoundProbe probe : target.probes()) {
                if (untold.remove(probe.event().id())) {
                    listener.known(probe.event(), probe.source());
                }
            }
        }
    }

    /** Writes down the processes that have been taken in, where {@link #extend} has not done so: it need not be at once. */
    void writeProcesses() throws IOException {
        if (catalog.isUnwritten()) {
            catalog.writeTo(directory);
        }
    }

    /** Both clocks now. */
    static TscCalibration.Sample sampleClock() {
        TimeStampCounter.ClockPair pair = TimeStampCounter.sample(TimeStampCounter.CLOCK_REALTIME, CLOCK_TRIES);
        return new TscCalibration.Sample(pair.cycles(), pair.nanos());
    }

    /** The ring file's place, by which processes that map it are known. */
    Path rings() {
        return directory.rings();
    }

    /** The session's own folder. */
    SessionDirectory directory() {
        return directory;
    }

    /** Where the packets go. */
    TraceOutput output() {
        return output;
    }

    /** What can be recorded, as far as is known now. */
    List<EventType> events() {
        return catalog.schema().events();
    }

    /** The session's traps, made when they are first asked for. For the thread that attaches. */
    Traps traps() throws IOException {
        Traps present = traps;
        if (present == null) {
            present = Traps.create(frequencyHz, file::markFired);
            consumer.add(present);
            traps = present;
        }
        return present;
    }

    /**
     * Gives the rings what memory they have not got yet, and has all of it cleared. Any thread, while the session is open.
     *
     * @param goOn asked in between
     */
    void settle(BooleanSupplier goOn) throws IOException {
        if (later != null) {
            try (OpenFile opened = openRings()) {
                file.allocate(opened.descriptor(), later);
            }
        }
        file.clear(goOn);
    }

    /** Nothing is recorded any more. */
    void disableAll() {
        file.disableAll();
        Traps present = traps;
        if (present != null) {
            present.disableAll();
        }
    }

    /** Switches an event on or off; whether that changed anything. */
    boolean setEnabled(int eventId, boolean enabled) {
        Traps present = traps;
        if (present != null) {
            present.setEnabled(eventId, enabled);
        }
        boolean before = file.isEnabled(eventId);
        file.setEnabled(eventId, enabled);
        return before != enabled;
    }

    SessionFile file() {
        return file;
    }

    JournalWriter journal() {
        return journal;
    }

    RingConsumer consumer() {
        return consumer;
    }

    String nameOf(int eventId) {
        return catalog.nameOf(eventId);
    }

    /** The ring file, opened once more, to be mapped into a target; the caller closes it. */
    OpenFile openRings() throws LinuxException {
        return OpenFile.open(rings(), Descriptors.O_RDWR);
    }

    /** Writes the final clock and closes the trace; all packets have been appended. */
    void closeTrace() throws IOException {
        output.close();
    }

    /** Deletes the session's files; targets that still map the rings keep them. */
    void delete() throws IOException {
        consumer.close();
        Traps present = traps;
        if (present != null) {
            present.close();
        }
        journal.close();
        file.close();
        directory.delete();
    }

    /** Gives up before anything has been recorded: nothing stays, unless a target could not be detached from. */
    void abandon(boolean keepSession) {
        consumer.close();
        tryTo(output::abandon);
        if (!keepSession) {
            tryTo(this::delete);
        }
    }

    private interface CleanUp {
        void run() throws IOException;
    }

    /** If one part can't be taken away the others are; the reason for giving up is what the user is told. */
    private static void tryTo(CleanUp part) {
        try {
            part.run();
        } catch (IOException e) {
            return;
        }
    }
}
