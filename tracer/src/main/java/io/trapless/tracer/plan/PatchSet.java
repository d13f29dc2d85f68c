package io.trapless.tracer.plan;

import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.FunctionExit.When;
import io.trapless.binary.flow.Islands;
import io.trapless.binary.flow.VforkCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The patches for all sites of one image that are to be armed together. Sites whose ranges overlap get one patch: each range is proven by itself, so nothing enters their union but at its first byte,
 * which is all that a patch relies on. Short jumps get their islands last, out of the padding that no patch overwrites and no other island takes; where there is none, out of instructions that nobody probes.
 *
 * <p>Filled once, then asked. For one thread.
 */
public final class PatchSet {
    /** The longest patch, bytes: what the session's journal takes. */
    private static final int MAX_BYTES = 255;

    private final Map<Key, SitePlan.Jump> sites = new LinkedHashMap<>();
    private final List<VforkCall> vforkCalls = new ArrayList<>();
    private final List<Patch> patches = new ArrayList<>();
    private final Map<Key, String> refusals = new LinkedHashMap<>();

    /** Bytes that are taken: start and end of each range. */
    private final TreeMap<Long, Long> taken = new TreeMap<>();

    /**
     * What makes a site.
     *
     * @param address the instruction, as the file states it
     */
    public record Key(long address, When when) {
        public static Key of(SitePlan.Jump jump) {
            return new Key(jump.range().site(), jump.when());
        }
    }

    /** Adds a site; one that is there already is one. */
    public void add(SitePlan.Jump jump) {
        sites.putIfAbsent(Key.of(jump), jump);
    }

    /** Adds calls that are to be made by the copies of what stands before them. */
    public void addVforkCalls(List<VforkCall> calls) {
        vforkCalls.addAll(calls);
    }

    /** Makes the patches of all sites that were added. */
    public void build(PatchRoom room) {
        List<Wanted> sorted = new ArrayList<>();
        sites.values().forEach(jump -> sorted.add(new Wanted(jump.range(), jump, null)));
        vforkCalls.forEach(call -> sorted.add(new Wanted(call.range(), null, call.kind())));
        sorted.sort(Comparator.comparingLong((Wanted wanted) -> wanted.range.address())
                .thenComparingLong(wanted -> wanted.range.site()));
        List<Cluster> clusters = new ArrayList<>();
        for (Wanted wanted : sorted) {
            Cluster last = clusters.isEmpty() ? null : clusters.getLast();
            if (last == null || !last.overlaps(wanted.range)) {
                clusters.add(new Cluster(wanted));
            } else if (!last.add(wanted) && wanted.jump != null) {
                refusals.put(Key.of(wanted.jump), "the jump for another probe takes its bytes; probe one of the two");
            }
        }
        clusters.forEach(cluster -> taken.put(cluster.start, cluster.end));
        for (Cluster cluster : clusters) {
            finish(cluster, room);
        }
    }

    /** By address. */
    public List<Patch> patches() {
        return List.copyOf(patches);
    }

    /** Why sites have no patch. */
    public Map<Key, String> refusals() {
        return Map.copyOf(refusals);
    }

    private void finish(Cluster cluster, PatchRoom room) {
        Patch.Island island = null;
        if (cluster.end - cluster.start < DisplacedRange.JUMP_BYTES) {
            island = padding(cluster.start, room);
            if (island == null) {
                island = eviction(new CodeRange(cluster.start, cluster.end), room);
            }
            if (island == null) {
                cluster.jumps.forEach(jump -> refusals.put(
                        Key.of(jump), "the room nearby is taken by the jumps of other probes; probe fewer of them"));
                return;
            }
        }
        byte[] original = room.code(cluster.start, (int) (cluster.end - cluster.start));
        if (original == null) {
            throw new IllegalStateException("a range in two sections");
        }
        Map<Key, Patch.Point> points = new LinkedHashMap<>();
        for (SitePlan.Jump jump : cluster.jumps) {
            points.put(
                    Key.of(jump),
                    new Patch.Point(
                            jump.range().site(),
                            jump.when(),
                            jump.deadRegisters(),
                            jump.flagsDead(),
                            jump.stackLeft(),
                            jump.redZone(),
                            jump.bound()));
        }
        List<Patch.Point> sorted = new ArrayList<>(points.values());
        sorted.sort(Comparator.comparingLong(Patch.Point::address).thenComparing(Patch.Point::when));
        patches.add(new Patch(
                cluster.start, original, (int) (cluster.codeEnd - cluster.start), island, cluster.vforkCall, sorted));
    }

    /** The first place that is free and within reach; it is taken then. */
    private Patch.@Nullable Island padding(long shortJump, PatchRoom room) {
        for (CodeRange padding : room.islandsNear(shortJump)) {
            long at = padding.start();
            while (at + DisplacedRange.JUMP_BYTES <= padding.end()) {
                long behind = takenUntil(at, at + DisplacedRange.JUMP_BYTES);
                if (behind > at) {
                    at = behind;
                } else if (Islands.reaches(shortJump, at)) {
                    byte[] original = room.code(at, DisplacedRange.JUMP_BYTES);
                    if (original != null) {
                        taken.put(at, at + DisplacedRange.JUMP_BYTES);
                        return Patch.Island.ofPadding(at, original);
                    }
                    break;
                } else {
                    at++;
                }
            }
        }
        return null;
    }

    /** Instructions nearby that no patch overwrites are displaced; they are taken then. */
    private Patch.@Nullable Island eviction(CodeRange shortJump, PatchRoom room) {
        DisplacedRange range =
                room.evictionNear(shortJump, near -> takenUntil(near.address(), near.end()) <= near.address());
        byte[] original = range == null ? null : room.code(range.address(), range.lengthBytes());
        if (range == null || original == null) {
            return null;
        }
        taken.put(range.address(), range.end());
        return Patch.Island.ofInstructions(range, original);
    }

    /** Behind the last of the bytes from {@code start} up to {@code end} that are taken, or something not above {@code start}. */
    private long takenUntil(long start, long end) {
        Map.Entry<Long, Long> before = taken.lowerEntry(end);
        return before == null ? start : before.getValue();
    }

    /** Instructions to be displaced for a site, or for the call behind them. */
    private record Wanted(DisplacedRange range, SitePlan.@Nullable Jump jump, VforkCall.@Nullable Kind vforkCall) {}

    /** Those whose ranges overlap. */
    private static final class Cluster {
        private final List<SitePlan.Jump> jumps = new ArrayList<>();
        private final long start;
        private long end;
        private long codeEnd;
        /** Of the last range: a system call is never displaced, so none goes further. */
        private VforkCall.@Nullable Kind vforkCall;

        Cluster(Wanted first) {
            start = first.range.address();
            end = start;
            codeEnd = start;
            include(first);
        }

        boolean overlaps(DisplacedRange range) {
            return range.address() < end;
        }

        /** False if the two cannot be one: the second begins in padding that the first needs, or they become too long. */
        boolean add(Wanted wanted) {
            DisplacedRange range = wanted.range;
            if (range.address() >= codeEnd || Math.max(end, range.end()) - start > MAX_BYTES) {
                return false;
            }
            include(wanted);
            return true;
        }

        private void include(Wanted wanted) {
            if (wanted.jump != null) {
                jumps.add(wanted.jump);
            }
            if (wanted.vforkCall != null) {
                vforkCall = wanted.vforkCall;
            }
            end = Math.max(end, wanted.range.end());
            codeEnd = Math.max(codeEnd, wanted.range.address() + wanted.range.codeBytes());
        }
    }
}
