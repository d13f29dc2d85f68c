package io.trapless.tracer.session;

import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.attach.AddressRange;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.DynamicLinker;
import io.trapless.tracer.attach.OpenFile;
import io.trapless.tracer.attach.RemoteBatch;
import io.trapless.tracer.attach.RemoteCalls;
import io.trapless.tracer.attach.RemoteMemory;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Maps the memory of one attachment into its target: the rings, and near the code that is patched a stretch for each code region, or for what tells of loads. By as few calls as it can: a lent thread stops for each.
 *
 * <p>A stretch has code, then the ring file's header, by which it is known for ours, then, of a region, a page of the process's own, which is wiped on fork. Used once, on the {@code Ptracer} thread.
 */
final class AttachmentMapping {
    private static final int PAGE = 4096;
    private static final int MADV_WIPEONFORK = 18;
    private static final int READ_WRITE = Memory.PROT_READ | Memory.PROT_WRITE;
    private static final int READ_EXECUTE = Memory.PROT_READ | Memory.PROT_EXEC;
    private static final int NO_CALL = -1;

    private final TargetProcess target;
    private final RemoteMemory memory;
    private final RemoteBatch batch = new RemoteBatch();
    private final Notes notes;
    private final List<Stretch> regions = new ArrayList<>();
    private int ringsCall = NO_CALL;
    private int firstCall = NO_CALL;
    private long ringsSize;
    private long rings;
    private long loadHook;

    /** Told of what has been mapped. */
    interface Notes {
        void mapped(long address, long size) throws IOException;
    }

    /**
     * A code region's memory.
     *
     * @param start of the code
     * @param size of all
     * @param header where the ring file's header is mapped
     */
    record Stretch(long start, long size, long header) {
        /** Where the process's own page begins. */
        long ownPage() {
            return header + SessionHeaderDescriptor.RINGS_OFFSET;
        }
    }

    AttachmentMapping(RemoteCalls calls, Notes notes) {
        this.target = calls.target();
        this.memory = new RemoteMemory(calls);
        this.notes = notes;
    }

    /** The whole ring file, wherever the kernel likes: after what has its place. */
    void addRings(long size) {
        ringsSize = size;
        ringsCall = batch.mapFile(size, READ_WRITE);
    }

    /**
     * A code region's stretch.
     *
     * @param placeIsSure nobody, nor another stretch, can take its place before it is mapped
     */
    void addRegion(CodeRegion region, long codeSize, boolean placeIsSure) throws AttachException, IOException {
        long headerSize = SessionHeaderDescriptor.RINGS_OFFSET;
        long size = codeSize + headerSize + PAGE;
        long start;
        if (placeIsSure && target.spareRoom() != null) {
            start = memory.placeNear(region.rangeStart(), region.rangeEnd(), size);
            firstCall = batch.mapAnonymous(start, size, READ_EXECUTE);
        } else {
            start = memory.mapAnonymousNear(region.rangeStart(), region.rangeEnd(), size, READ_EXECUTE);
            notes.mapped(start, size);
        }
        Stretch stretch = new Stretch(start, size, start + codeSize);
        regions.add(stretch);
        batch.mapFileOver(stretch.header, headerSize, READ_WRITE);
        batch.protect(stretch.ownPage(), PAGE, READ_WRITE);
        batch.advise(stretch.ownPage(), PAGE, MADV_WIPEONFORK);
    }

    /** A page of code, near the function that is told of loads. */
    void addLoadHook(long hook) throws AttachException, IOException {
        loadHook = memory.mapAnonymousNear(hook, hook + DynamicLinker.JUMP_BYTES, 2L * PAGE, READ_EXECUTE);
        notes.mapped(loadHook, 2L * PAGE);
        batch.mapFileOver(loadHook + PAGE, PAGE, READ_WRITE);
    }

    /** Does it; what was mapped before a failure has been noted. */
    void map(OpenFile ringFile) throws AttachException, IOException {
        AddressRange spare = firstCall == NO_CALL ? null : target.spareRoom();
        RemoteBatch.Results results;
        if (spare != null) {
            results = memory.run(batch, ringFile, spare.start());
            target.writeMemory(spare.start(), new byte[RemoteBatch.routineSize()]);
        } else {
            results = memory.run(batch, ringFile, regions.isEmpty() ? loadHook : regions.getFirst().start);
        }
        if (results.of(ringsCall) > 0) {
            rings = results.of(ringsCall);
            notes.mapped(rings, ringsSize);
        }
        if (results.of(firstCall) > 0) {
            notes.mapped(regions.getFirst().start, regions.getFirst().size);
        }
        results.check(target);
    }

    /** Where the rings have been mapped. */
    long rings() {
        return rings;
    }

    /** In the order in which they were added. */
    List<Stretch> regions() {
        return regions;
    }

    /** Where the code that tells of loads will stand. */
    long loadHook() {
        return loadHook;
    }
}
