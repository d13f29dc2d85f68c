package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.StoppedThreads;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.attach.TextPatcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The order in which code with islands is changed, so that at no instant a short jump leads to an island that holds no jump, whoever dies: islands are written first and restored last. A thread that
 * has just made its short jump stands before the island's jump; when the island goes, it is put back to where it came from. On the {@code Ptracer} thread only.
 */
final class IslandChanges {
    private static final byte SHORT_JUMP = (byte) 0xEB;
    private static final int SHORT_JUMP_BYTES = 2;

    private final TextPatcher islands;
    private final TextPatcher jumps;
    private final TextPatcher back;

    /** What is to be done while the threads stand still; made before that. */
    IslandChanges(List<TextChange> islands, List<RipMove> islandMoves, List<TextChange> jumps, List<RipMove> moves) {
        this.islands = TextPatcher.of(islands, islandMoves);
        this.jumps = TextPatcher.of(jumps, moves);
        this.back = TextPatcher.of(islands.stream().map(TextChange::inverse).toList(), List.of());
    }

    /**
     * How an island is come to.
     *
     * @param site the short jump's address
     * @param jump that of the island's jump: inside the change where instructions have made room for it
     */
    record Way(long site, long jump) {}

    /** Writes islands, then jumps; all of it or nothing. */
    void apply(StoppedThreads stopped) throws AttachException {
        islands.apply(stopped);
        try {
            jumps.apply(stopped);
        } catch (AttachException failed) {
            back.apply(stopped);
            throw failed;
        }
    }

    /**
     * Puts the original bytes back.
     *
     * @param patches as they were made, and as they stand there now
     * @param ways {@link #waysByIsland} of all patches that were made
     */
    static void restore(StoppedThreads stopped, List<TextChange> patches, Map<Long, Way> ways) throws AttachException {
        List<TextChange> jumps = new ArrayList<>();
        List<TextChange> islands = new ArrayList<>();
        List<RipMove> moves = new ArrayList<>();
        for (TextChange patch : patches) {
            Way way = ways.get(patch.address());
            if (way == null) {
                jumps.add(patch.inverse());
            } else {
                islands.add(patch.inverse());
                moves.add(new RipMove(way.jump, way.site));
                if (way.jump != patch.address()) {
                    moves.add(new RipMove(
                            patch.address(), patch.address())); // before the original's first instruction again
                }
            }
        }
        TextPatcher.of(jumps, List.of()).apply(stopped);
        TextPatcher.ofWhole(islands, moves).apply(stopped);
    }

    /** The way to each island, by the address of the change that holds it. */
    static Map<Long, Way> waysByIsland(List<TextChange> patches) {
        NavigableMap<Long, TextChange> byAddress = new TreeMap<>();
        patches.forEach(patch -> byAddress.put(patch.address(), patch));
        Map<Long, Way> ways = new HashMap<>();
        for (TextChange patch : patches) {
            byte[] code = patch.replacement();
            if (code.length >= SHORT_JUMP_BYTES && code[0] == SHORT_JUMP) {
                long jump = patch.address() + SHORT_JUMP_BYTES + code[1];
                Long island = holding(jump, byAddress);
                if (island != null) {
                    ways.put(island, new Way(patch.address(), jump));
                }
            }
        }
        return ways;
    }

    private static @Nullable Long holding(long address, NavigableMap<Long, TextChange> byAddress) {
        Map.Entry<Long, TextChange> entry = byAddress.floorEntry(address);
        return entry != null && address < entry.getValue().end() ? entry.getKey() : null;
    }
}
