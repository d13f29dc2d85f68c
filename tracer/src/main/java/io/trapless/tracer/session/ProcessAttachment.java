package io.trapless.tracer.session;

import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.attach.AddressRange;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.OpenFile;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.RemoteCalls;
import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.attach.TextPatcher;
import io.trapless.tracer.attach.ThreadLayout;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.session.store.JournalEntry;
import io.trapless.tracer.session.store.JournalWriter;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.trampoline.ProcessFacts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * Puts code of one session into one process: for what is known of the process when it is attached to, and again for what it loads later. Three steps, of which only the first and the last stop anyone: {@link #map} (one thread lends itself for system calls), {@link #generate} (code is
 * written where nothing can reach it yet), {@link #arm} (all threads stand still while the jumps are written). Each change is in the journal before it is made.
 *
 * <p>All methods that touch the process run on the {@link Ptracer} thread.
 */
final class ProcessAttachment {

    /** An address that needs all its bytes, as those of mappings do. */
    private static final long ANYWHERE = 1L << 46;

    /** From the thread pointer: such a one takes the most code. */
    private static final int WIDE_OFFSET = 1 << 16;

    private final TargetProcess target;
    private final RingGeometry geometry;
    private final Gadgets gadgets;
    private List<CodeRegion> regions;
    private final List<Long> semaphores;
    private final JournalWriter journal;
    private final ProcessKey key;
    private final HostFacts host;
    private final boolean systemCalls;
    private final CodeSizes sizes;
    private Map<CodeRegion, Long> codeSizes;
    private final boolean ringsAreMapped;
    private final @Nullable LoadHook loadHook;
    private final List<Long> regionStarts = new ArrayList<>();

    private final List<Mapped> mapped = new ArrayList<>();
    private final Set<Long> unprobed;
    private final List<ProcessFacts> factsOfRegions = new ArrayList<>();
    private final List<TextChange> changes = new CopyOnWriteArrayList<>();
    private final List<TextChange> islands = new CopyOnWriteArrayList<>();
    private long rings;
    /** Of the first code region; 0 before that is generated. */
    private long touchPages;

    private long loadHookStart;
    private @Nullable ThreadLayout threads;
    private long longestPauseNanos;
    private long totalPauseNanos;
    private volatile long longestLoanNanos;

    /** Memory of ours in the target. */
    record Mapped(long address, long size) {}

    /**
     * @param gadgets of the target
     * @param sites in order of address, not overlapping
     * @param semaphores addresses of the 16-bit counters to raise
     * @param loadHook to be put in as well, or null
     * @param mappedRings where an earlier attachment of the same session has mapped the rings; 0 if there is none
     */
    ProcessAttachment(
            TargetProcess target,
            Gadgets gadgets,
            RingGeometry geometry,
            List<ArmedSite> sites,
            List<Long> semaphores,
            long mappedRings,
            @Nullable LoadHook loadHook,
            JournalWriter journal,
            HostFacts host,
            boolean systemCalls,
            CodeSizes sizes)
            throws AttachException {
        this.target = target;
        this.geometry = geometry;
        this.gadgets = gadgets;
        this.regions = CodeRegion.divide(sites);
        this.unprobed = unprobed(sites, loadHook);
        this.semaphores = new CopyOnWriteArrayList<>(semaphores);
        this.loadHook = loadHook;
        this.rings = mappedRings;
        this.ringsAreMapped = mappedRings != 0;
        this.journal = journal;
        this.key = new ProcessKey(target.pid(), target.startTime());
        this.host = host;
        this.systemCalls = systemCalls;
        this.sizes = sizes;
        this.codeSizes = measure(WIDE_OFFSET);
    }

    private static Set<Long> unprobed(List<ArmedSite> sites, @Nullable LoadHook loadHook) {
        Set<Long> places = new HashSet<>();
        sites.stream().filter(site -> !site.isProbed()).forEach(site -> places.add(site.start()));
        if (loadHook != null) {
            places.add(loadHook.linker().hook());
        }
        return places;
    }

    /** How much code there will be, which has to be known before anyone is stopped: measured with facts that take the most code. */
    private Map<CodeRegion, Long> measure(long tidOffset) {
        ThreadLayout widest = new ThreadLayout(WIDE_OFFSET, 0, tidOffset, 0);
        Map<CodeRegion, Long> measured = new HashMap<>();
        for (CodeRegion region : regions) {
            ProcessFacts facts = facts(widest, ANYWHERE, region.rangeStart(), region.rangeStart());
            measured.put(region, sizes.of(region, facts));
        }
        return measured;
    }

    TargetProcess target() {
        return target;
    }

    /** Sites that turned out to be out of reach of their code region. */
    List<CodeRegion.Unplaceable> unplaceable() {
        return regions.stream().flatMap(r -> r.unplaceable().stream()).toList();
    }

    /** What was written over the text, for the way back. */
    List<TextChange> changes() {
        List<TextChange> all = new ArrayList<>(islands);
        all.addAll(changes);
        return all;
    }

    /** Probed places that have a jump: not the islands on the ways there, nor what is patched for other reasons. */
    int siteCount() {
        return Math.toIntExact(changes.stream()
                .filter(change -> !unprobed.contains(change.address()))
                .count());
    }

    /** Whether what it put into its process stands in another one too: that was forked from it afterwards. */
    boolean standsIn(TargetProcess other) {
        if (changes.isEmpty()) {
            return false;
        }
        TextChange change = changes.getFirst();
        byte[] now = new byte[change.replacement().length];
        int got = other.tryReadMemory(change.address(), now, 0, now.length);
        return got == now.length && Arrays.equals(now, change.replacement());
    }

    /** A stretch of memory has been unmapped by the process: nothing there is to be taken back any more. */
    void forget(AddressRange range) throws IOException {
        List<JournalEntry> entries = new ArrayList<>();
        for (List<TextChange> written : List.of(islands, changes)) {
            written.removeIf(change -> {
                boolean gone = range.contains(change.address());
                if (gone) {
                    entries.add(new JournalEntry.Restored(key, change.address()));
                }
                return gone;
            });
        }
        semaphores.removeIf(semaphore -> {
            boolean gone = range.contains(semaphore);
            if (gone) {
                entries.add(new JournalEntry.SemaphoreLowered(key, semaphore));
            }
            return gone;
        });
        journal.append(entries);
    }

    /** Where the rings are mapped in the process. */
    long rings() {
        return rings;
    }

    /** Where its code finds the process's id. */
    List<Long> pidCells() {
        return factsOfRegions.stream().map(ProcessFacts::pidCell).toList();
    }

    List<Mapped> mappings() {
        return mapped;
    }

    Gadgets gadgets() {
        return gadgets;
    }

    /** The longest time for which one thread was lent for system calls, while the others ran. */
    long longestLoanNanos() {
        return longestLoanNanos;
    }

    /** The longest time for which all threads stood still, counted from the first request to stop. */
    long longestPauseNanos() {
        return longestPauseNanos;
    }

    /** For how long they did in all. */
    long totalPauseNanos() {
        return totalPauseNanos;
    }

    List<Long> semaphores() {
        return semaphores;
    }

    /**
     * Maps rings and code regions.
     *
     * @param ringFile the session's
     */
    void map(Standstill standstill, OpenFile ringFile) throws AttachException, IOException {
        // The journal's first use loads classes: not while a thread stands still.
        journal.append(List.of(new JournalEntry.Mapped(key, 0, 0), new JournalEntry.Unmapped(key, 0)));
        lend(standstill, stopped -> {
            ThreadLayout layout = ThreadLayout.discover(stopped);
            if (!layout.hasTid() && layout.hasRseq()) {
                throw new AttachException(
                        Reason.UNEXPECTED,
                        "the C library of process " + target.pid()
                                + " keeps no thread id that could be found; it cannot be traced");
            }
            threads = layout;
            if (!layout.hasTid()) { // asking for the id takes more code
                codeSizes = measure(layout.tidOffset());
            }
            try (RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                map(calls, layout, ringFile, stopped.complete());
            }
        });
    }

    private void lend(Standstill standstill, Standstill.Work work) throws AttachException, IOException {
        noteLoan(standstill.one(work));
    }

    /** @param nobodyRuns all threads of the process stand still */
    private void map(RemoteCalls calls, ThreadLayout layout, OpenFile ringFile, boolean nobodyRuns)
            throws AttachException, IOException {
        AttachmentMapping mapping = new AttachmentMapping(calls, this::note);
        for (CodeRegion region : regions) {
            boolean placeIsSure = nobodyRuns && regions.size() == 1 && loadHook == null;
            mapping.addRegion(region, Objects.requireNonNull(codeSizes.get(region)), placeIsSure);
        }
        if (loadHook != null) {
            mapping.addLoadHook(loadHook.linker().hook());
        }
        if (!ringsAreMapped) {
            mapping.addRings(geometry.fileSizeBytes());
        }
        mapping.map(ringFile);
        rings = ringsAreMapped ? rings : mapping.rings();
        loadHookStart = mapping.loadHook();
        byte[] pid = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(target.pid())
                .array();
        for (AttachmentMapping.Stretch stretch : mapping.regions()) {
            target.writeMemory(stretch.ownPage(), pid);
            long enable = stretch.header() + SessionHeaderDescriptor.ENABLE_OFFSET;
            factsOfRegions.add(facts(layout, rings, enable, stretch.ownPage()));
            regionStarts.add(stretch.start());
        }
    }

    private ProcessFacts facts(ThreadLayout layout, long ringsAddress, long enable, long pidCell) {
        ProcessFacts.Rseq rseq = layout.hasRseq()
                ? new ProcessFacts.Rseq((int) layout.rseqOffset(), layout.rseqSignature(), true)
                : ProcessFacts.Rseq.NONE;
        return new ProcessFacts(
                ringsAddress,
                enable,
                geometry.cpuCount(),
                geometry.subBufferSizeBytes(),
                geometry.capacityBytes(),
                geometry.mode().code(),
                rseq,
                layout.hasTid() ? (int) layout.tidOffset() : ProcessFacts.NO_TID,
                host.hasRdpid(),
                host.cyclesPerSecond(),
                host.clock(),
                pidCell,
                systemCalls);
    }

    private void note(long address, long size) throws IOException {
        mapped.add(new Mapped(address, size));
        journal.append(List.of(new JournalEntry.Mapped(key, address, size)));
    }

    /** What lets the target meet the pages of the rings that its threads will write soon; null if there is nothing to gain. The code has been generated. */
    @Nullable RingWarmUp warmUp(Standstill standstill) {
        if (threads == null || !threads.hasRseq() || ringsAreMapped || touchPages == 0) {
            return null;
        }
        return new RingWarmUp(standstill, gadgets, touchPages, RingWarmUp.pieces(geometry, rings));
    }

    /** A thread was lent for so long; on the ptrace thread. */
    void noteLoan(long nanos) {
        longestLoanNanos = Math.max(longestLoanNanos, nanos);
    }

    /** Generates and writes the code; nobody is stopped. */
    void generate() throws AttachException {
        for (int i = 0; i < regions.size(); i++) {
            CodeRegion region = regions.get(i);
            byte[] code = region.generate(factsOfRegions.get(i), regionStarts.get(i));
            if (code.length > Objects.requireNonNull(codeSizes.get(region))) {
                throw new AttachException(
                        Reason.UNEXPECTED,
                        "the code of " + region.sites().size() + " sites takes " + code.length
                                + " bytes, and there is room for " + codeSizes.get(region));
            }
            target.writeMemory(regionStarts.get(i), code);
            changes.addAll(region.changes());
            islands.addAll(region.islands());
        }
        touchPages = regions.isEmpty() ? 0 : regions.getFirst().touchPages();
        if (loadHook != null) {
            target.writeMemory(loadHookStart, loadHook.code(loadHookStart, rings, host.cyclesPerSecond()));
            changes.add(loadHook.change(loadHookStart));
        }
    }

    /**
     * Writes the jumps while all threads stand still; if there are very many, a part at a time, with the threads running in between. Islands come before all that leads to them. If a part fails, the earlier
     * ones are in place, and the journal tells of them.
     */
    void arm(Standstill standstill) throws AttachException, IOException, InterruptedException {
        List<RipMove> moves = prepareJumps();
        List<RipMove> islandMoves = regions.stream()
                .flatMap(region -> region.islandMoves().stream())
                .toList();
        List<TextBatches.Batch> islandBatches = TextBatches.of(islands, islandMoves);
        List<TextBatches.Batch> jumpBatches = TextBatches.of(changes, moves);
        if (islandBatches.size() + jumpBatches.size() <= 2) {
            IslandChanges all = new IslandChanges(islands, islandMoves, changes, moves);
            pause(standstill, stopped -> {
                all.apply(stopped);
                Semaphores.add(target, semaphores, 1);
            });
            return;
        }
        for (TextBatches.Batch batch : islandBatches) {
            TextPatcher patcher = TextPatcher.of(batch.changes(), batch.moves());
            pause(standstill, patcher::apply);
        }
        boolean first = true;
        for (TextBatches.Batch batch : jumpBatches) {
            List<Long> raised = first ? semaphores : List.of();
            TextPatcher patcher = TextPatcher.of(batch.changes(), batch.moves());
            pause(standstill, stopped -> {
                patcher.apply(stopped);
                Semaphores.add(target, raised, 1);
            });
            first = false;
        }
    }

    /** It is armed: what was planned for its sites is many times as large as what has become of that, and there may be hundreds of processes. */
    void forgetPlans() {
        regions = List.of();
        codeSizes = Map.of();
    }

    private void pause(Standstill standstill, Standstill.Work work)
            throws AttachException, IOException, InterruptedException {
        long pause = standstill.all(stopped -> {
            if (threads != null) {
                threads.markUnregistered(stopped);
            }
            work.run(stopped);
        });
        longestPauseNanos = Math.max(longestPauseNanos, pause);
        totalPauseNanos += pause;
    }

    private List<RipMove> prepareJumps() throws IOException {
        List<RipMove> moves = new ArrayList<>();
        regions.forEach(region -> moves.addAll(region.moves()));
        if (loadHook != null) {
            moves.addAll(loadHook.moves(loadHookStart, rings, host.cyclesPerSecond()));
        }
        List<JournalEntry> entries = new ArrayList<>();
        changes().forEach(change -> entries.add(new JournalEntry.Patched(key, change)));
        semaphores.forEach(semaphore -> entries.add(new JournalEntry.SemaphoreRaised(key, semaphore)));
        journal.append(entries);
        return moves;
    }
}
