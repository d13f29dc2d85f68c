package io.trapless.cli.program;

import io.trapless.binary.symbol.Glob;
import io.trapless.cli.ProgramRequest;
import io.trapless.cli.Terminal;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.Cut;
import io.trapless.language.checked.Settings;
import io.trapless.language.cut.PushDownPlan;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.script.output.Place;
import io.trapless.script.run.EventSource;
import io.trapless.script.run.LiveEvents;
import io.trapless.script.run.SourceException;
import io.trapless.script.run.TableSink;
import io.trapless.script.runtime.Clocks;
import io.trapless.script.runtime.KnownProcesses;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TraceClock;
import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.linux.Memory;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.RefusalReason;
import io.trapless.tracer.ring.Cpus;
import io.trapless.tracer.ring.RecordingMode;
import io.trapless.tracer.ring.RingId;
import io.trapless.tracer.session.CaptureSource;
import io.trapless.tracer.session.EventTap;
import io.trapless.tracer.session.Reach;
import io.trapless.tracer.session.Recording;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.RecordingOptions;
import io.trapless.tracer.session.RecordingRequest;
import io.trapless.tracer.session.RecordingSummary;
import io.trapless.tracer.session.SiteListing;
import io.trapless.tracer.symbol.ProcessSymbols;
import io.trapless.tracer.table.TableReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The events of live processes: a recording whose packets go to the program's handlers instead of, or besides, a trace. */
final class LiveSource implements EventSource {
    /** Rings of all CPUs together, and of one: enough for the second or so in which a program's handlers are not compiled yet. */
    private static final long BUFFERS_BYTES = 128L << 20;

    private static final long MAX_BUFFER_BYTES = 64L << 20;
    private static final long MIN_BUFFER_BYTES = 4L << 20;
    private static final int MAX_REFUSALS_TOLD = 10;
    private static final int SIGTERM = 15;
    private static final Set<RefusalReason> NONE_SUCH =
            Set.of(RefusalReason.NO_SUCH_FUNCTION, RefusalReason.NO_SUCH_USDT_PROBE, RefusalReason.NO_SYMBOLS);

    private final LiveEvents events;
    private final KnownProcesses processes;
    private final List<CheckedAction> sites;
    private final ProcessSymbols symbols;
    private final int cpus;

    /** For each site of the program the names of its probes: those that are armed, and those that will be when a process comes. */
    private final Map<Integer, Set<String>> found = new ConcurrentHashMap<>();

    private @Nullable Recording recording;
    private final Consumer<String> farewell;
    private long lost;
    private boolean stopped;

    /** @param farewell takes what is worth knowing of the end: sentences */
    private LiveSource(
            List<CheckedAction> sites,
            Clocks clocks,
            KnownProcesses processes,
            ProcessSymbols symbols,
            Consumer<String> farewell)
            throws IOException {
        this.farewell = farewell;
        this.processes = processes;
        this.sites = sites;
        this.symbols = symbols;
        this.cpus = Cpus.possibleCount();
        this.events = new LiveEvents(2 * cpus, clocks.wallOffset(), Memory::allocateLarge);
    }

    /** Arms everything. */
    static LiveSource start(
            CheckedProgram program,
            PushDownPlan plan,
            List<CheckedAction> sites,
            ProgramRequest request,
            Clocks clocks,
            KnownProcesses processes,
            ProcessSymbols symbols,
            Terminal terminal)
            throws SourceException, InterruptedException {
        if (program.settings().missingProbes() == Settings.MissingProbes.ERROR) {
            NamedPlaces.check(sites);
        }
        try {
            boolean tells = request.warnings() != ProgramRequest.WarningLevel.NONE;
            LiveSource source = new LiveSource(sites, clocks, processes, symbols, notice -> {
                if (tells) {
                    terminal.err().println("NOTE: " + notice);
                    terminal.err().flush();
                }
            });
            Recording recording = Recording.start(
                    source.recordingRequest(request, plan, program.mirrors().size()));
            source.recording = recording;
            source.tellMissing(program.settings().missingProbes(), recording, request, terminal);
            return source;
        } catch (RecordingException e) {
            throw new SourceException(e.sentence());
        } catch (IOException e) {
            throw new SourceException(String.valueOf(e.getMessage()));
        }
    }

    private RecordingRequest recordingRequest(ProgramRequest request, PushDownPlan plan, int mirrors) {
        List<CaptureSource> sources = new ArrayList<>();
        for (CheckedAction action : sites) {
            Cut cut = action.cut();
            if (cut != null) {
                List<ProbePattern> probes = cut.probes();
                Function<ArgumentTypes, CaptureProgram> captures = plan.captures(action, cut);
                sources.add(new CaptureSource(
                        action.attachPoint().text(), probes, types -> new Result.Ok<>(captures.apply(types))));
            }
        }
        String command = request.command();
        Integer pid = request.pid();
        Path save = request.save();
        return new RecordingRequest(
                sources,
                pid == null ? List.of() : List.of(pid),
                command == null ? List.of() : LiveTargets.words(command),
                save == null ? RecordingRequest.NOWHERE : save,
                RecordingMode.DISCARD,
                bufferBytes(plan),
                Long.MAX_VALUE,
                null,
                true,
                new Reach(false, true, isEverywhere(request), List.of(), null),
                RecordingOptions.NONE.withDebugFolders(request.debugFolders()),
                new Tap(),
                plan.tables().stream().map(PushDownPlan.Table::shape).toList(),
                mirrors);
    }

    /** Of each ring. Where tables take all events, only what finds no room in them goes through the rings. */
    private long bufferBytes(PushDownPlan plan) {
        boolean events = sites.stream().anyMatch(action -> action.cut() != null && !plan.isPushedDown(action));
        return events ? Math.clamp(BUFFERS_BYTES / cpus, MIN_BUFFER_BYTES, MAX_BUFFER_BYTES) : MIN_BUFFER_BYTES;
    }

    /** An attach point without any place is an error, a warning or nothing, as the program's settings say; single places that are refused are warnings. */
    private void tellMissing(Settings.MissingProbes missing, Recording live, ProgramRequest request, Terminal terminal)
            throws SourceException, InterruptedException {
        List<String> awaited = live.awaited();
        for (int i = 0; i < sites.size(); i++) {
            String probe = sites.get(i).attachPoint().text();
            SiteListing files = isEverywhere(request) || isWildPath(sites.get(i)) ? inFiles(sites.get(i)) : null;
            if (files != null) {
                addFromFiles(i, files);
            }
            if (found.containsKey(i) || awaited.contains(probe) || missing == Settings.MissingProbes.IGNORE) {
                continue;
            }
            String reason = live.refused().stream()
                    .filter(refused -> refused.probe().equals(probe))
                    .map(RecordingSummary.RefusedProbe::reason)
                    .findFirst()
                    .orElse("no place could be armed");
            boolean unmatched = false;
            if (files != null && isEverywhere(request)) {
                unmatched = files.sites().isEmpty()
                        && files.unmatched().stream().allMatch(refusal -> NONE_SUCH.contains(refusal.reason()));
                reason = whyNone(files, reason);
            }
            String where = Place.of(
                            sites.get(i).sources(), sites.get(i).attachPoint().span())
                    .text();
            if (missing == Settings.MissingProbes.ERROR) {
                stop();
                throw new SourceException(where, missingText(probe, unmatched, "", reason));
            }
            if (request.warnings() != ProgramRequest.WarningLevel.NONE) {
                terminal.err().println(where + ": WARNING: " + missingText(probe, unmatched, " Skipping.", reason));
            }
        }
        if (request.warnings() != ProgramRequest.WarningLevel.NONE) {
            tellRefused(live.refused(), request.verbose(), terminal);
            live.remarks().forEach(remark -> terminal.err().println("NOTE: " + remark));
            terminal.err().flush();
        }
    }

    /** @param unmatched whether there is no such place at all; else there is one, and it is refused */
    private static String missingText(String probe, boolean unmatched, String consequence, String reason) {
        return unmatched
                ? "No matches for " + probe.replaceFirst(":", " ") + "." + consequence + "\nHINT: " + reason
                : probe + ": " + reason;
    }

    private static boolean isEverywhere(ProgramRequest request) {
        return request.command() == null && request.pid() == null;
    }

    private static boolean isWildPath(CheckedAction action) {
        return action.attachPoint() instanceof AttachPoint.Sites(ProbePattern pattern)
                && pattern.module().indexOf('/') >= 0
                && Glob.isWild(pattern.module());
    }

    private void addFromFiles(int index, SiteListing files) {
        files.sites().stream()
                .filter(site -> site.refusal() == null)
                .forEach(site -> names(index).add(site.probe()));
    }

    private Set<String> names(int index) {
        return found.computeIfAbsent(index, _ -> ConcurrentHashMap.newKeySet());
    }

    /** Where processes that start later will be armed. */
    private static SiteListing inFiles(CheckedAction action) {
        Cut cut = action.cut();
        return SiteListing.ofSystem(cut == null ? List.of() : cut.probes());
    }

    private static String whyNone(SiteListing files, String otherwise) {
        return Stream.concat(
                        files.sites().stream().map(SiteListing.Listed::refusal),
                        files.unmatched().stream().map(Refusal::sentence))
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(otherwise);
    }

    private static void tellRefused(List<RecordingSummary.RefusedProbe> refused, boolean all, Terminal terminal) {
        int told = all ? refused.size() : Math.min(refused.size(), MAX_REFUSALS_TOLD);
        for (RecordingSummary.RefusedProbe probe : refused.subList(0, told)) {
            terminal.err().println("WARNING: " + probe.probe() + ": " + probe.reason());
        }
        if (told < refused.size()) {
            terminal.err().println("WARNING: " + (refused.size() - told) + " more places are refused; -v lists them");
        }
        terminal.err().flush();
    }

    @Nullable LaunchedProcess command() {
        return recording == null ? null : recording.launched();
    }

    /** Values of records that could not be read in the target. */
    long faults() {
        return events.faults();
    }

    private Recording live() {
        Recording present = recording;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present;
    }

    @Override
    public long attachedProbes() {
        long count = 0;
        for (int i = 0; i < sites.size(); i++) {
            count += Math.max(1, found.getOrDefault(i, Set.of()).size());
        }
        return count;
    }

    @Override
    public boolean isRecorded() {
        return false;
    }

    @Override
    public void begin() {}

    @Override
    public void poll(Sink sink, long timeoutNanos) throws InterruptedException {
        events.poll(sink, timeoutNanos);
    }

    @Override
    public boolean isEnded() {
        try {
            return stopped || live().awaitEnd(0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void stop() throws InterruptedException {
        if (stopped) {
            return;
        }
        stopped = true;
        // whoever waits for room in the queue would wait for this very thread
        events.takeAll();
        try {
            RecordingSummary summary = live().finish();
            summary.notices().forEach(farewell);
            lost = summary.lost();
        } catch (RecordingException e) {
            // what was to be said has been said by the events that are missing
            lost = live().statistics().lost();
        } finally {
            events.close();
        }
        LaunchedProcess command = live().launched();
        if (command != null && command.isRunning()) {
            command.signal(SIGTERM);
        }
    }

    @Override
    public void readTables(TableSink sink) {
        try {
            live().readTables(new TableReader.Sink() {
                @Override
                public void add(int table, long[] keys, long amount, long count) {
                    sink.add(table, keys, amount, count);
                }

                @Override
                public void extreme(int table, long[] keys, long value) {
                    sink.extreme(table, keys, value);
                }

                @Override
                public void bucket(int table, long[] keys, int bucket, long count) {
                    sink.bucket(table, keys, bucket, count);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException("the list of CPUs can't be read any more", e);
        }
    }

    @Override
    public long lostEvents() {
        return stopped ? lost : live().statistics().lost();
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Passes on what the recording sees. */
    private final class Tap implements EventTap {
        @Override
        public void begin(TraceClock clock) {
            events.begin(clock);
        }

        @Override
        public void known(EventType event, int index) {
            names(index).add(event.name());
            if (event.pid() != 0) {
                processes.remember(event.pid());
            }
            events.known(event, sites.get(index));
        }

        @Override
        public void appeared(int pid) {
            processes.remember(pid);
            symbols.appeared(pid);
        }

        @Override
        public void forked(int parent, int child) {
            processes.remember(child);
            symbols.forked(parent, child);
        }

        @Override
        public void packet(RingId ring, MemorySegment packet) {
            events.packet(2 * ring.cpu() + ring.kind().code(), ring.cpu(), packet);
        }

        @Override
        public void polled(long tscCycles) {
            events.polled(tscCycles);
        }

        @Override
        public boolean hasPlenty() {
            return events.hasPlenty();
        }
    }
}
