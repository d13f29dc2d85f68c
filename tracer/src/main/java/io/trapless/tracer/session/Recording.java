package io.trapless.tracer.session;

import io.trapless.trace.event.EventType;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.Cpus;
import io.trapless.tracer.ring.RingConsumer;
import io.trapless.tracer.ring.RingGeometry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One recording, from clauses to a trace. {@link #start} attaches; {@link #awaitEnd} waits; {@link #finish} detaches, drains and closes the trace. One thread drives it.
 *
 * <p>Whatever fails after the first change to a process, everything that was changed is taken back before the exception leaves {@link #start}.
 */
public final class Recording {
    private static final long LIVENESS_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final RecordingRequest request;
    private final Ptracer ptracer = new Ptracer();
    private final List<BoundTarget> targets = new ArrayList<>();
    private final List<ProcessAttachment> attachments = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final SiteBinder binder;
    private final ImageFiles files = new ImageFiles();
    private final HostClock hostClock = HostClock.begin();

    private @Nullable LaunchedProcess launched;
    private @Nullable SessionResources resources;
    private long attachNanos;

    private Recording(RecordingRequest request) {
        this.request = request;
        this.binder = new SiteBinder(request.clauses(), files, request.systemCalls());
    }

    /**
     * Attaches to all processes and begins to record.
     *
     * @throws RecordingException nothing could be armed, or attaching failed; nothing is left behind
     */
    public static Recording start(RecordingRequest request) throws RecordingException, InterruptedException {
        Recording recording = new Recording(request);
        boolean started = false;
        try {
            recording.attachAll();
            started = true;
            return recording;
        } catch (AttachException e) {
            throw RecordingException.failed(e.refusal().sentence());
        } catch (IOException e) {
            throw RecordingException.failed(Sentences.of(e));
        } finally {
            if (!started) {
                recording.abandon();
            }
        }
    }

    private void attachAll() throws AttachException, RecordingException, IOException, InterruptedException {
        long begin = System.nanoTime();
        List<TargetProcess> processes = new ArrayList<>();
        for (int pid : request.pids()) {
            processes.add(ptracer.call(() -> TargetProcess.open(pid)));
        }
        Thread rehearsal =
                Thread.ofPlatform().daemon().name("trapless-rehearsal").unstarted(this::rehearse);
        if (!request.pids().isEmpty()) {
            rehearsal.start();
        }
        for (TargetProcess process : processes) {
            targets.add(binder.bind(process));
        }
        rehearsal.join();
        if (request.command().isEmpty()) {
            attachRunning(openSession(), targets);
        } else {
            launch();
        }
        attachNanos = System.nanoTime() - begin;
    }

    private void rehearse() {
        try {
            ptracer.call(() -> {
                Rehearsal.run();
                return true;
            });
        } catch (AttachException e) {
            throw new IllegalStateException(e); // a rehearsal keeps its failures to itself
        }
    }

    /** Each step that touches the process is a task of the ptrace thread; the code is written while it runs. */
    private void attach(SessionResources session, BoundTarget target, Standstill standstill)
            throws AttachException, RecordingException, IOException, InterruptedException {
        ProcessAttachment attachment = attachment(session, target);
        int descriptor = session.openRings();
        try {
            onPtracer(() -> attachment.map(standstill, descriptor));
            onPtracer(() -> attachment.populate(standstill));
            attachment.generate();
            onPtracer(() -> attachment.arm(standstill));
        } finally {
            Descriptors.close(descriptor);
        }
        for (CodeRegion.Unplaceable site : attachment.unplaceable()) {
            site.site().probes().forEach(probe -> binder.refuse(session.nameOf(probe.eventId()), site.sentence()));
        }
    }

    /** The command stays at its entry point while everything is prepared: all of that is one task of the ptrace thread. */
    private void launch() throws AttachException, RecordingException, IOException, InterruptedException {
        onPtracer(() -> {
            LaunchedProcess.AtEntry entry =
                    LaunchedProcess.startStopped(request.command(), LaunchedProcess.environment(), new int[] {0, 1, 2});
            launched = entry.process();
            try (StoppedThreads stopped = entry.stopped()) {
                List<BoundTarget> others = List.copyOf(targets);
                BoundTarget target = binder.bind(entry.target());
                targets.add(target);
                SessionResources session = openSession();
                attachRunning(session, others);
                if (!target.sites().isEmpty()) {
                    attach(session, target, Standstill.of(stopped));
                }
            }
        });
    }

    private void attachRunning(SessionResources session, List<BoundTarget> running)
            throws AttachException, RecordingException, IOException, InterruptedException {
        for (BoundTarget target : running) {
            if (!target.sites().isEmpty()) {
                attach(session, target, Standstill.of(target.process()));
            }
        }
    }

    private ProcessAttachment attachment(SessionResources session, BoundTarget target) throws AttachException {
        // On the ptrace thread, which gets its turn however busy the target keeps the machine.
        Gadgets gadgets = ptracer.call(() -> Gadgets.find(target.process()));
        ProcessAttachment attachment = new ProcessAttachment(
                target.process(),
                gadgets,
                session.file().geometry(),
                target.sites(),
                target.semaphores(),
                session.journal(),
                hostClock.facts(),
                request.systemCalls());
        attachments.add(attachment);
        return attachment;
    }

    /** Creates everything that lies outside the targets, and starts the consumer. */
    private SessionResources openSession() throws RecordingException, IOException {
        List<EventType> events = targets.stream()
                .flatMap(t -> t.probes().stream())
                .map(BoundProbe::event)
                .toList();
        if (events.isEmpty()) {
            throw RecordingException.failed(nothingToArm());
        }
        RingGeometry geometry =
                RingGeometry.withCapacity(Cpus.possibleCount(), request.bufferSizeBytes(), request.mode());
        SessionResources session = SessionResources.create(
                request, geometry, targets, hostClock.facts().cyclesPerSecond(), new Ending());
        resources = session;
        return session;
    }

    private String nothingToArm() {
        List<RecordingSummary.RefusedProbe> refused = binder.refused();
        if (refused.isEmpty()) {
            return "the clauses mean no place in the process; see 'trapless list'";
        }
        RecordingSummary.RefusedProbe first = refused.getFirst();
        String more = refused.size() > 1 ? " (and " + (refused.size() - 1) + " more refusals)" : "";
        return first.probe() + ": " + first.reason() + more;
    }

    /** Waits for the end: all targets have ended, the number of events is reached, or the trace can't be written any more. True then, false after the time. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (true) {
            long left = deadline - System.nanoTime();
            if (ended.await(Math.clamp(left, 0, LIVENESS_NANOS), TimeUnit.NANOSECONDS)) {
                return true;
            }
            if (targets.stream().noneMatch(t -> t.process().isAlive())) {
                return true;
            }
            if (left <= 0) {
                return false;
            }
        }
    }

    /** Events, loss and bytes so far. */
    public ConsumerStatistics statistics() {
        return session().consumer().statistics();
    }

    /** Switches all probes on or off by their enable bytes, without patching. */
    public void setEnabled(boolean enabled) {
        for (BoundTarget target : targets) {
            target.probes()
                    .forEach(probe -> session().file().setEnabled(probe.event().id(), enabled));
        }
    }

    /** Probes that could not be armed. */
    public List<RecordingSummary.RefusedProbe> refused() {
        return binder.refused();
    }

    /** Places that are armed. */
    public int siteCount() {
        return attachments.stream().mapToInt(a -> a.changes().size()).sum();
    }

    /** The command that was started; null if none was. */
    public @Nullable LaunchedProcess launched() {
        return launched;
    }

    private SessionResources session() {
        SessionResources session = resources;
        if (session == null) {
            throw new IllegalStateException("not started");
        }
        return session;
    }

    /**
     * Detaches from what still lives, takes what is left in the rings, and closes the trace.
     *
     * @throws RecordingException the trace could not be written to its end; what is there is valid
     */
    public RecordingSummary finish() throws RecordingException, InterruptedException {
        SessionResources session = session();
        detachAll();
        try {
            IOException broken = null;
            ConsumerStatistics statistics;
            try {
                statistics = session.consumer().finish();
            } catch (IOException e) {
                broken = e;
                statistics = session.consumer().statistics();
            }
            session.closeTrace();
            RecordingSummary summary = new SummaryBuilder(session.consumer(), statistics)
                    .build(request.output(), attachNanos, targets, attachments, binder.refused(), notices);
            session.delete();
            if (broken != null) {
                throw RecordingException.failed(Sentences.of(broken) + "; the trace " + request.output() + " holds the "
                        + statistics.events() + " events until then");
            }
            return summary;
        } catch (IOException e) {
            throw RecordingException.failed(Sentences.of(e));
        } finally {
            release();
        }
    }

    private void detachAll() throws InterruptedException {
        session().file().disableAll();
        LaunchedProcess command = launched;
        if (command != null
                && command.isRunning()
                && targets.stream()
                        .noneMatch(t -> t.process().pid() == command.pid()
                                && t.process().isAlive())) {
            notices.add("the command has become another program (exec), which was not recorded");
        }
        SessionRelease release = new SessionRelease(ptracer, session().rings());
        release.releaseAll(attachments);
        notices.addAll(release.notices());
    }

    /** Takes back whatever {@link #start} had done. */
    private void abandon() throws InterruptedException {
        SessionResources session = resources;
        if (session != null) {
            detachAll();
            session.abandon(!notices.isEmpty());
        }
        LaunchedProcess command = launched;
        if (command != null && command.isRunning()) {
            command.signal(Processes.SIGKILL);
            command.awaitExit(-1);
        }
        release();
    }

    private void release() {
        ptracer.close();
        targets.forEach(t -> t.process().close());
        files.close();
    }

    /** Runs a step on the ptrace thread and lets its own exceptions through. */
    private void onPtracer(Step step) throws AttachException, RecordingException, IOException, InterruptedException {
        Exception[] thrown = new Exception[1];
        ptracer.call(() -> {
            try {
                step.run();
            } catch (AttachException e) {
                throw e;
            } catch (RecordingException | IOException | InterruptedException e) {
                thrown[0] = e;
            }
            return true;
        });
        switch (thrown[0]) {
            case null -> {}
            case RecordingException e -> throw e;
            case IOException e -> throw e;
            case InterruptedException e -> throw e;
            default -> throw new IllegalStateException(thrown[0]);
        }
    }

    private interface Step {
        void run() throws AttachException, RecordingException, IOException, InterruptedException;
    }

    /** What the consumer says about the end. */
    private final class Ending implements RingConsumer.Listener {
        @Override
        public void limitReached() {
            ended.countDown();
        }

        @Override
        public void failed(IOException cause) {
            ended.countDown();
        }
    }
}
