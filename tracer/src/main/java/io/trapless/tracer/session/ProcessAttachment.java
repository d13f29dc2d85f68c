package io.trapless.tracer.session;

import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.attach.Gadgets;
import io.trapless.tracer.attach.Ptracer;
import io.trapless.tracer.attach.RemoteCalls;
import io.trapless.tracer.attach.RemoteMemory;
import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.attach.TextPatcher;
import io.trapless.tracer.attach.ThreadLayout;
import io.trapless.tracer.linux.Memory;
import io.trapless.tracer.ring.RingGeometry;
import io.trapless.tracer.ring.RingId;
import io.trapless.tracer.ring.RingKind;
import io.trapless.tracer.session.store.JournalEntry;
import io.trapless.tracer.session.store.JournalWriter;
import io.trapless.tracer.session.store.ProcessKey;
import io.trapless.tracer.trampoline.ProcessFacts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Puts code of one session into one process: for what is known of the process when it is attached to, and again for what it loads later. Three steps, of which only the first and the last stop anyone: {@link #map} (one thread lends itself for system calls), {@link #generate} (code is
 * written where nothing can reach it yet), {@link #arm} (all threads stand still while the jumps are written). Each change is in the journal before it is made.
 *
 * <p>All methods that touch the process run on the {@link Ptracer} thread.
 */
final class ProcessAttachment {
    private static final int PAGE = 4096;
    private static final int SYS_MADVISE = 28;
    private static final int MADV_WIPEONFORK = 18;
    private static final int MADV_POPULATE_WRITE = 23;

    /** Rings beyond this are left to page faults: their page tables alone would be megabytes. */
    private static final long MAX_POPULATED = 512L << 20;

    /** Bytes mapped in during one stop: under a millisecond. */
    private static final long POPULATE_STEP = 16L << 20;

    /** An address that needs all its bytes, as those of mappings do. */
    private static final long ANYWHERE = 1L << 46;

    private final TargetProcess target;
    private final RingGeometry geometry;
    private final Gadgets gadgets;
    private final List<CodeRegion> regions;
    private final List<Long> semaphores;
    private final JournalWriter journal;
    private final ProcessKey key;
    private final HostFacts host;
    private final boolean systemCalls;
    private final Map<CodeRegion, Long> codeSizes;
    private final boolean ringsAreMapped;
    private final List<Long> regionStarts = new ArrayList<>();

    private final List<Mapped> mapped = new ArrayList<>();
    private final List<ProcessFacts> factsOfRegions = new ArrayList<>();
    private final List<TextChange> changes = new ArrayList<>();
    private long rings;
    private boolean registersRseq;
    private long longestPauseNanos;
    private long longestLoanNanos;

    /** Memory of ours in the target. */
    record Mapped(long address, long size) {}

    /**
     * @param gadgets of the target
     * @param sites in order of address, not overlapping
     * @param semaphores addresses of the 16-bit counters to raise
     * @param mappedRings where an earlier attachment of the same session has mapped the rings; 0 if there is none
     */
    ProcessAttachment(
            TargetProcess target,
            Gadgets gadgets,
            RingGeometry geometry,
            List<ArmedSite> sites,
            List<Long> semaphores,
            long mappedRings,
            JournalWriter journal,
            HostFacts host,
            boolean systemCalls)
            throws AttachException {
        this.target = target;
        this.geometry = geometry;
        this.gadgets = gadgets;
        this.regions = CodeRegion.divide(sites);
        this.semaphores = List.copyOf(semaphores);
        this.rings = mappedRings;
        this.ringsAreMapped = mappedRings != 0;
        this.journal = journal;
        this.key = new ProcessKey(target.pid(), target.startTime());
        this.host = host;
        this.systemCalls = systemCalls;
        this.codeSizes = measure();
    }

    /** How much code there will be, which has to be known before anyone is stopped: measured with facts that take the most code. */
    private Map<CodeRegion, Long> measure() {
        ThreadLayout widest = new ThreadLayout(1 << 16, 0, 1 << 16, 0);
        Map<CodeRegion, Long> sizes = new HashMap<>();
        for (CodeRegion region : regions) {
            ProcessFacts facts = facts(widest, ANYWHERE, region.rangeStart(), region.rangeStart());
            sizes.put(region, region.codeSize(facts));
        }
        return sizes;
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
        return changes;
    }

    /** Where the rings are mapped in the process. */
    long rings() {
        return rings;
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

    List<Long> semaphores() {
        return semaphores;
    }

    /**
     * Maps rings and code regions.
     *
     * @param ringsDescriptor the session's ring file, open for reading and writing
     */
    void map(Standstill standstill, int ringsDescriptor) throws AttachException, IOException {
        // The journal's first use loads classes: not while a thread stands still.
        journal.append(List.of(new JournalEntry.Mapped(key, 0, 0), new JournalEntry.Unmapped(key, 0)));
        lend(standstill, stopped -> {
            ThreadLayout layout = ThreadLayout.discover(stopped);
            if (!layout.hasTid()) {
                throw new AttachException(
                        Reason.UNEXPECTED,
                        "the C library of process " + target.pid()
                                + " keeps no thread id that could be found; it cannot be traced");
            }
            registersRseq = layout.hasRseq();
            try (RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                map(calls, layout, ringsDescriptor);
            }
        });
    }

    private void lend(Standstill standstill, Standstill.Work work) throws AttachException, IOException {
        longestLoanNanos = Math.max(longestLoanNanos, standstill.one(work));
    }

    private void map(RemoteCalls calls, ThreadLayout layout, int ringsDescriptor) throws AttachException, IOException {
        RemoteMemory memory = new RemoteMemory(calls);
        try (RemoteMemory.SharedFile file = memory.share(ringsDescriptor)) {
            if (!ringsAreMapped) {
                rings = file.map(geometry.fileSizeBytes(), Memory.PROT_READ | Memory.PROT_WRITE);
                note(rings, geometry.fileSizeBytes());
            }
            for (CodeRegion region : regions) {
                mapRegion(calls, memory, file, layout, region);
            }
        }
    }

    private void mapRegion(
            RemoteCalls calls,
            RemoteMemory memory,
            RemoteMemory.SharedFile file,
            ThreadLayout layout,
            CodeRegion region)
            throws AttachException, IOException {
        long codeSize = Objects.requireNonNull(codeSizes.get(region));
        long headerSize = SessionHeaderDescriptor.RINGS_OFFSET;
        long size = codeSize + headerSize + PAGE;
        long start = memory.mapAnonymousNear(
                region.rangeStart(), region.rangeEnd(), size, Memory.PROT_READ | Memory.PROT_EXEC);
        note(start, size);
        long header = start + codeSize;
        file.mapOver(header, headerSize, Memory.PROT_READ | Memory.PROT_WRITE);
        long pidCell = header + headerSize;
        memory.protect(pidCell, PAGE, Memory.PROT_READ | Memory.PROT_WRITE);
        calls.call(SYS_MADVISE, pidCell, PAGE, MADV_WIPEONFORK);
        target.writeMemory(
                pidCell,
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(target.pid())
                        .array());
        factsOfRegions.add(facts(layout, rings, header + SessionHeaderDescriptor.ENABLE_OFFSET, pidCell));
        regionStarts.add(start);
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
                (int) layout.tidOffset(),
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

    /**
     * Enters the pages of the rings that threads will write soon into the target's page tables: a page fault for every 4 KiB would cost more than the events on it. The pages themselves are there
     * already. Before Linux 5.14 this does nothing.
     */
    void populate(Standstill standstill) throws AttachException, IOException {
        for (long[] piece : pieces()) {
            lend(standstill, stopped -> {
                try (RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                    calls.call(SYS_MADVISE, piece[0], piece[1], MADV_POPULATE_WRITE);
                }
            });
        }
    }

    /** Address and size of each piece of the rings that are certainly written. */
    private List<long[]> pieces() {
        List<long[]> pieces = new ArrayList<>();
        if (geometry.cpuCount() * geometry.capacityBytes() > MAX_POPULATED || !registersRseq || ringsAreMapped) {
            return pieces;
        }
        for (int cpu = 0; cpu < geometry.cpuCount(); cpu++) {
            long start = rings + geometry.ringOffset(new RingId(RingKind.RSEQ, cpu));
            pieces.add(new long[] {start, PAGE});
            long data = start + RingDescriptor.DATA_OFFSET;
            for (long done = 0; done < geometry.capacityBytes(); done += POPULATE_STEP) {
                pieces.add(new long[] {data + done, Math.min(POPULATE_STEP, geometry.capacityBytes() - done)});
            }
        }
        return pieces;
    }

    /** Generates and writes the code; nobody is stopped. */
    void generate() throws AttachException {
        for (int i = 0; i < regions.size(); i++) {
            CodeRegion region = regions.get(i);
            byte[] code = region.generate(factsOfRegions.get(i), regionStarts.get(i));
            target.writeMemory(regionStarts.get(i), code);
            changes.addAll(region.changes());
        }
    }

    /** Writes the jumps while all threads stand still. */
    void arm(Standstill standstill) throws AttachException, IOException, InterruptedException {
        List<RipMove> moves = prepareJumps();
        longestPauseNanos = Math.max(longestPauseNanos, standstill.all(stopped -> writeJumps(stopped, moves)));
    }

    private List<RipMove> prepareJumps() throws IOException {
        List<RipMove> moves = new ArrayList<>();
        regions.forEach(region -> moves.addAll(region.moves()));
        List<JournalEntry> entries = new ArrayList<>();
        changes.forEach(change -> entries.add(new JournalEntry.Patched(key, change)));
        semaphores.forEach(semaphore -> entries.add(new JournalEntry.SemaphoreRaised(key, semaphore)));
        journal.append(entries);
        return moves;
    }

    private void writeJumps(StoppedThreads stopped, List<RipMove> moves) throws AttachException {
        TextPatcher.apply(stopped, changes, moves);
        Semaphores.add(target, semaphores, 1);
    }
}
