package io.trapless.binary.flow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Padding in which a long jump can stand that a short one leads to. A run of nops or int3 serves where nothing comes to it: the instruction before it is one that control reaches, so that it is code
 * and not data, and does not go on; and no target lies in the bytes. For one thread.
 */
public final class Islands {
    /** How far a short jump leads back from its end, and forward. */
    private static final int BACK = 128;

    private static final int FORWARD = 127;

    private final CodeMap map;
    private final Map<Integer, Boolean> proven = new HashMap<>();

    public Islands(CodeMap map) {
        this.map = map;
    }

    /**
     * The stretches of padding within reach that hold a jump, each with all its usable bytes, by address. A jump may begin anywhere in one where {@code end - 5} is not passed, as long as the short
     * jump reaches its first byte: {@link #reaches}.
     *
     * @param shortJump the address of the short jump
     */
    public List<CodeRange> near(long shortJump) {
        long from = shortJump + DisplacedRange.SHORT_JUMP_BYTES;
        PaddingRuns runs = map.padding();
        List<CodeRange> found = new ArrayList<>();
        for (int i = runs.firstEndingAfter(from - BACK); i < runs.size() && runs.start(i) <= from + FORWARD; i++) {
            addPieces(i, runs.start(i), runs.end(i), found);
        }
        return found;
    }

    /** Whether a short jump leads to an address. */
    public static boolean reaches(long shortJump, long island) {
        long distance = island - shortJump - DisplacedRange.SHORT_JUMP_BYTES;
        return distance >= -BACK && distance <= FORWARD;
    }

    /** Up to the first target: what stands behind one is run through. */
    private void addPieces(int run, long start, long end, List<CodeRange> found) {
        long target = map.firstTargetIn(start, end);
        long usable = target == CodeMap.NO_TARGET ? end : target;
        if (usable - start >= DisplacedRange.JUMP_BYTES
                && !map.touchesRestartableSequence(start, usable)
                && proven.computeIfAbsent(run, _ -> isBehindCode(start))) {
            found.add(new CodeRange(start, usable));
        }
    }

    private boolean isBehindCode(long start) {
        long before = start - 1;
        while (map.isCode(before) && !map.isSwept(before)) {
            before--;
        }
        CodeRange function = map.functionAt(before);
        return function != null && FunctionFlow.of(map, function).reaches(before);
    }
}
