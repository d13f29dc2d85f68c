package io.trapless.tracer.session;

import io.trapless.binary.dwarf.DwarfFile;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.Following;
import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.resolve.ImageFiles;
import io.trapless.tracer.resolve.LibrarySearch;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.ring.Cpus;
import io.trapless.tracer.ring.RingConsumer;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.symbol.PerfMaps;
import io.trapless.tracer.table.TableLayout;
import io.trapless.tracer.table.TableReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One recording, from clauses to a trace. {@link #start} attaches; {@link #awaitEnd} waits; {@link #finish} detaches, drains and closes the trace. One thread drives it.
 *
 * <p>Whatever fails after the first change to a process, everything that was changed is taken back before the exception leaves {@link #start}.
 */
public final class Recording {
    private static final long LIVENESS_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final RecordingRequest request;
    private final Ptracer ptracer = new Ptracer();
    private final TracedProcesses processes = new TracedProcesses();
    private final List<String> notices = new CopyOnWriteArrayList<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final SiteBinder binder;
    private final ImageFiles files;
    private final HostClock hostClock = HostClock.begin();

    private @Nullable LaunchedProcess launched;
    private @Nullable FutureTask<SessionGround> ground;
    private @Nullable SessionResources resources;
    private @Nullable Attacher attacher;
    private volatile @Nullable Following following;
    private @Nullable LoadWatch loads;
    private @Nullable ProcessFinder finder;
    private @Nullable RecordingServices services;
    private @Nullable LaterWarmUp warmUp;
    private long attachNanos;

    private final TableLayout tables;
    private @Nullable TableReader tableReader;

    private Recording(RecordingRequest request) {
        this.request = request;
        this.tables = TableLayout.of(request.tables(), request.mirrors());
        this.files = new ImageFiles(request.options().debugFolders());
        LaterModules later = request.reach().follow()
                        || request.reach().later()
                        || request.reach().everywhere()
                ? LaterModules.ALL
                : LaterModules.EXISTING;
        this.binder = new SiteBinder(
                request.allSources(),
                request.triggerClauses().size(),
                files,
                request.systemCalls(),
                later,
                request.options().durations(),
                tables);
        if (request.options().traps()) {
            binder.allowTraps();
        }
    }

    /** Loads and links, on another thread, what every recording needs of native code: so that this is done while its program is compiled. */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("trapless-prepare").start(() -> {
            TimeStampCounter.read();
            DwarfFile.isLibraryThere();
        });
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
        List<TargetProcess> running = new ArrayList<>();
        for (int pid : request.pids()) {
            running.add(ptracer.call(() -> TargetProcess.open(pid)));
        }
        Thread rehearsal =
                Thread.ofPlatform().daemon().name("trapless-rehearsal").unstarted(this::rehearse);
        if (!request.pids().isEmpty()
                || request.reach().follow()
                || request.reach().everywhere()) {
            rehearsal.start();
        }
        if (!running.isEmpty() && request.command().isEmpty()) {
            beginGround(running.getFirst());
        }
        List<Bound> bound = new ArrayList<>();
        for (TargetProcess process : running) {
            bound.add(bind(process, TracedProcess.Origin.ATTACHED));
        }
        rehearsal.join();
        if (request.reach().everywhere()) {
            findEverywhere();
        } else if (request.command().isEmpty()) {
            attachRunning(openSession(bound), bound);
        } else {
            launch(bound);
        }
        attachNanos = System.nanoTime() - begin;
        warmUp = LaterWarmUp.start(
                ptracer, session(), bound.stream().map(Bound::process).toList());
        services = RecordingServices.start(session(), request.options(), this::targetPids);
    }

    private void findEverywhere() throws RecordingException, IOException, InterruptedException {
        Reach reach = request.reach();
        Path executable = reach.executable() == null ? null : Path.of(reach.executable());
        if (executable != null && !Files.exists(executable)) {
            throw RecordingException.failed("there is no program " + executable + "; give --exe the path of one");
        }
        requireFiles();
        Attacher attaching = openSession(List.of());
        ProcessFinder everywhere = new ProcessFinder(
                ptracer,
                processes,
                binder,
                attaching,
                new ProcessFinder.ProcessChoice(reach.comms(), executable),
                request.allSources().stream()
                        .flatMap(source -> source.probes().stream())
                        .toList(),
                notices::add);
        finder = everywhere;
        everywhere.start();
    }

    /** A name that no file has is a mistake: no process will ever map it. */
    private void requireFiles() throws RecordingException {
        for (CaptureSource source : request.allSources()) {
            for (ProbePattern pattern : source.probes()) {
                if (!LibrarySearch.mayExist(pattern.module())) {
                    throw RecordingException.failed(pattern.text() + ": there is no file of that name that a process"
                            + " could map; give the path of a program or library, or a pattern");
                }
            }
        }
    }

    private List<Integer> targetPids() {
        return processes.present().stream().map(TracedProcess::pid).toList();
    }

    /** A process and what is to be armed in it. */
    private record Bound(TracedProcess process, BoundTarget target) {}

    private Bound bind(TargetProcess process, TracedProcess.Origin origin) throws AttachException, RecordingException {
        TracedProcess traced = new TracedProcess(process, origin, 0);
        processes.add(traced);
        return new Bound(traced, binder.bind(process));
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

    /** The command stays at its start while everything is prepared: all of that is one task of the ptrace thread. */
    private void launch(List<Bound> running)
            throws AttachException, RecordingException, IOException, InterruptedException {
        Attacher.onPtracer(ptracer, () -> {
            LaunchedProcess.AtStart start = LaunchedProcess.startStopped(
                    request.command(), LaunchedProcess.environment(), new int[] {0, 1, 2}, beginFollowing());
            launched = start.process();
            try (StoppedThreads stopped = start.stopped()) {
                Bound command = bind(start.target(), TracedProcess.Origin.STARTED);
                noteFollowed(command.process);
                List<Bound> all = new ArrayList<>(running);
                all.add(command);
                Attacher attaching = openSession(all);
                attachRunning(attaching, running);
                attaching.attach(command.process, command.target, Standstill.of(stopped));
            }
        });
    }

    /** With what is followed: none of its processes may be told of before all of them are armed, so it is one task of the ptrace thread. */
    private void attachRunning(Attacher attaching, List<Bound> running)
            throws AttachException, RecordingException, IOException, InterruptedException {
        if (!request.reach().follow()) {
            for (Bound bound : running) {
                attaching.attach(bound.process, bound.target, Standstill.of(bound.process.target()));
            }
            return;
        }
        Attacher.onPtracer(ptracer, () -> {
            Following follower = beginFollowing();
            for (Bound bound : running) {
                Objects.requireNonNull(follower).adopt(bound.process.target());
                noteFollowed(bound.process);
                attaching.attach(bound.process, bound.target, Standstill.of(bound.process.target()));
            }
        });
    }

    private void noteFollowed(TracedProcess process) {
        if (following != null) {
            process.follow();
        }
    }

    /** On the ptrace thread. Null if nothing is to be followed. */
    private @Nullable Following beginFollowing() {
        if (request.reach().follow() && following == null) {
            following = Following.begin(
                    new Follower(processes, binder, () -> Objects.requireNonNull(attacher), notices::add));
        }
        return following;
    }

    /** Creates everything that lies outside the targets, and starts the consumer. */
    private Attacher openSession(List<Bound> bound) throws RecordingException, IOException, InterruptedException {
        List<BoundTarget> targets = bound.stream().map(Bound::target).toList();
        boolean nothing = targets.stream().allMatch(target -> target.probes().isEmpty());
        List<String> awaited = binder.ledger().awaited();
        if (nothing && awaited.isEmpty() && !request.reach().everywhere()) {
            throw RecordingException.failed(nothingToArm());
        }
        SessionGround laid = takeGround(targets);
        SessionResources session = SessionResources.create(
                request, laid, targets, hostClock.facts().cyclesPerSecond(), new Ending());
        resources = session;
        if (tables.strideBytes() > 0) {
            tableReader = new TableReader(
                    tables, session.file().mapTables(), laid.geometry().cpuCount());
        }
        Reach reach = request.reach();
        boolean watchesLoads = reach.follow()
                || reach.later()
                || reach.everywhere()
                || !awaited.isEmpty()
                || binder.hasPatterns()
                || binder.hasStacks();
        Attacher attaching =
                new Attacher(ptracer, session, binder, hostClock.facts(), request.systemCalls(), watchesLoads);
        attacher = attaching;
        if (watchesLoads) {
            LoadWatch watch =
                    new LoadWatch(session.file(), new Refresher(processes, ptracer, binder, attaching, notices::add));
            watch.start();
            loads = watch;
        }
        return attaching;
    }

    private SessionGround layGround(@Nullable TargetProcess first) throws IOException {
        RingGeometry geometry = RingGeometry.withCapacity(
                        Cpus.possibleCount(), request.bufferSizeBytes(), request.mode())
                .withTables(tables.mirrorBytes(), tables.strideBytes());
        return SessionGround.lay(request, geometry, first);
    }

    /** Has the ground laid by another thread, while the processes are looked at. */
    private void beginGround(TargetProcess first) {
        FutureTask<SessionGround> laying = new FutureTask<>(() -> layGround(first));
        Thread.ofPlatform().daemon().name("trapless-ground").start(laying);
        ground = laying;
    }

    /** What has been laid for these targets, or is now. The caller's own from here on. */
    private SessionGround takeGround(List<BoundTarget> targets) throws IOException, InterruptedException {
        FutureTask<SessionGround> laying = ground;
        if (laying == null) {
            return layGround(targets.isEmpty() ? null : targets.getFirst().process());
        }
        try {
            SessionGround laid = laying.get();
            ground = null;
            return laid;
        } catch (ExecutionException e) {
            ground = null;
            if (e.getCause() instanceof IOException failed) {
                throw failed;
            }
            throw new IllegalStateException("a session could not be begun", e.getCause());
        }
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

    /**
     * What has been added to the tables since this was last asked; after {@link #finish} too. For one thread.
     */
    public void readTables(TableReader.Sink sink) throws IOException {
        TableReader reader = tableReader;
        if (reader != null) {
            reader.read(Cpus.onlineEnd(), sink);
        }
    }

    /** Waits for the end: all targets have ended, the number of events is reached, or the trace can't be written any more. True then, false after the time. */
    public boolean awaitEnd(long nanos) throws InterruptedException {
        long deadline = System.nanoTime() + nanos;
        while (true) {
            long left = deadline - System.nanoTime();
            if (ended.await(Math.clamp(left, 0, LIVENESS_NANOS), TimeUnit.NANOSECONDS)) {
                return true;
            }
            if (isAllOver()) {
                return true;
            }
            if (System.nanoTime() - deadline >= 0) {
                return false;
            }
        }
    }

    private boolean isAllOver() {
        Following follower = following;
        if (follower != null) {
            return follower.isEmpty();
        }
        return finder == null && !processes.isAnyAlive();
    }

    /** Events, loss and bytes so far. */
    public ConsumerStatistics statistics() {
        return session().consumer().statistics();
    }

    /** Whether the rings of the processes that ran already are as fast as they get: their first lap is slower before. */
    public boolean isWarm() {
        LaterWarmUp later = warmUp;
        return later == null || later.isOver();
    }

    /** Gets to {@link #isWarm} as fast as it can, at the cost of the targets: for those that only wait. */
    public void hurryWarmUp() {
        LaterWarmUp later = warmUp;
        if (later != null) {
            later.hurry();
        }
    }

    /** Switches all probes on or off by their enable bytes, without patching. */
    public void setEnabled(boolean enabled) {
        for (TracedProcess process : processes.all()) {
            process.probes()
                    .forEach(probe -> session().file().setEnabled(probe.event().id(), enabled));
        }
    }

    /** Probes that could not be armed; what is waited for is not among them. */
    public List<RecordingSummary.RefusedProbe> refused() {
        return binder.refused();
    }

    /** What is worth knowing of what was armed so far: sentences. They are among the notices of the summary too. */
    public List<String> remarks() {
        return binder.remarks();
    }

    private List<RecordingSummary.RefusedProbe> refusedAtLast() {
        List<RecordingSummary.RefusedProbe> all = new ArrayList<>(binder.refused());
        all.addAll(binder.ledger().unmet());
        return all;
    }

    /** Places that are armed. */
    public int siteCount() {
        return processes.present().stream().mapToInt(TracedProcess::siteCount).sum();
    }

    /** Patterns whose module no process has mapped so far; they are armed when one does. */
    public List<String> awaited() {
        return binder.ledger().awaited();
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
        RecordingServices running = Objects.requireNonNull(services);
        running.close();
        if (binder.hasStacks()) {
            keepNames(session);
        }
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
            notices.addAll(running.notices());
            notices.addAll(binder.remarks());
            RecordingSummary summary = new SummaryBuilder(session.consumer(), statistics)
                    .build(request.output(), attachNanos, processes.all(), refusedAtLast(), running.traces(), notices);
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

    /** Takes down by what the frames of stacks get their names when the processes are gone. */
    private void keepNames(SessionResources session) {
        for (TracedProcess process : processes.present()) {
            if (!process.isAlive()) {
                continue;
            }
            session.refresh(process.target());
            try {
                String warning = request.writesTrace() ? PerfMaps.keep(request.output(), process.pid()) : null;
                if (warning != null) {
                    notices.add(warning);
                }
            } catch (IOException e) {
                notices.add(Sentences.of(e));
            }
        }
    }

    private void detachAll() throws InterruptedException {
        if (warmUp != null) {
            warmUp.end();
        }
        if (finder != null) {
            finder.end();
        }
        if (loads != null) {
            loads.end();
        }
        session().disableAll();
        LaunchedProcess command = launched;
        TracedProcess started = command == null ? null : processes.present(command.pid());
        if (command != null
                && command.isRunning()
                && following == null
                && (started == null || !started.isAlive())
                && command.hasMemory()) {
            notices.add("the command has become another program (exec), which was not recorded; --follow does that");
        }
        SessionRelease release = new SessionRelease(ptracer, session().rings());
        Following follower = following;
        if (follower != null) {
            endFollowing(follower, release);
        } else {
            release.releaseAll(processes.present());
        }
        notices.addAll(release.notices());
    }

    private void endFollowing(Following follower, SessionRelease release) throws InterruptedException {
        try {
            Attacher.onPtracer(
                    ptracer,
                    () -> follower.end(process -> {
                        TracedProcess traced = processes.present(process.pid());
                        if (traced != null && !traced.attachments().isEmpty()) {
                            release.release(process, traced);
                        }
                    }));
        } catch (AttachException | RecordingException | IOException e) {
            throw new IllegalStateException(e); // none of them comes out of a farewell
        }
    }

    /** Takes back whatever {@link #start} had done. */
    private void abandon() throws InterruptedException {
        SessionResources session = resources;
        if (services != null) {
            services.close();
        }
        if (session != null) {
            detachAll();
            session.abandon(!notices.isEmpty());
        } else if (ground != null) {
            removeGround();
        }
        LaunchedProcess command = launched;
        if (command != null && command.isRunning()) {
            command.signal(Processes.SIGKILL);
            command.awaitExit(-1);
        }
        release();
    }

    private void removeGround() throws InterruptedException {
        try {
            takeGround(List.of()).remove();
        } catch (IOException e) {
            // The reason for giving up is what the user is told.
            return;
        }
    }

    private void release() {
        ptracer.close();
        processes.all().forEach(process -> process.target().close());
        files.close();
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
