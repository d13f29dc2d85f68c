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

/**
 * The order in which code with islands is changed, so that at no instant a short jump leads to an island that holds no jump, whoever dies: islands are written first and restored last. A thread that
 * has just made its short jump stands at the beginning of an island; when the island goes, it is put back to where it came from. On the {@code Ptracer} thread only.
 */
final class IslandChanges {
    private static final byte SHORT_JUMP = (byte) 0xEB;
    private static final int SHORT_JUMP_BYTES = 2;

    private IslandChanges() {}

    /** Writes islands, then jumps; all of it or nothing. */
    static void apply(StoppedThreads stopped, List<TextChange> islands, List<TextChange> jumps, List<RipMove> moves)
            throws AttachException {
        TextPatcher.apply(stopped, islands, List.of());
        try {
            TextPatcher.apply(stopped, jumps, moves);
        } catch (AttachException failed) {
            TextPatcher.apply(stopped, islands.stream().map(TextChange::inverse).toList(), List.of());
            throw failed;
        }
    }

    /**
     * Puts the original bytes back.
     *
     * @param patches as they were made, and as they stand there now
     * @param sites {@link #sitesByIsland} of all patches that were made
     */
    static void restore(StoppedThreads stopped, List<TextChange> patches, Map<Long, Long> sites)
            throws AttachException {
        List<TextChange> jumps = new ArrayList<>();
        List<TextChange> islands = new ArrayList<>();
        List<RipMove> moves = new ArrayList<>();
        for (TextChange patch : patches) {
            Long site = sites.get(patch.address());
            if (site == null) {
                jumps.add(patch.inverse());
            } else {
                islands.add(patch.inverse());
                moves.add(new RipMove(patch.address(), site));
            }
        }
        TextPatcher.apply(stopped, jumps, List.of());
        TextPatcher.applyWhole(stopped, islands, moves);
    }

    /** The short jump's address by that of the island it leads to. */
    static Map<Long, Long> sitesByIsland(List<TextChange> patches) {
        Map<Long, Long> sites = new HashMap<>();
        for (TextChange patch : patches) {
            byte[] code = patch.replacement();
            if (code.length >= SHORT_JUMP_BYTES && code[0] == SHORT_JUMP) {
                sites.put(patch.address() + SHORT_JUMP_BYTES + code[1], patch.address());
            }
        }
        return sites;
    }
}
