package io.trapless.binary.flow;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Instructions that can make room for an island where no padding is near: they are displaced as if they were probed, and of the {@value #BYTES} bytes that this frees the first jump leads to their
 * copy, the second is the island.
 *
 * <pre>
 *   range.address()          jump to the copy, which comes back to the end of the range
 *   range.address() + 5      the island: nothing arrives here but by the short jump
 * </pre>
 *
 * For one thread.
 */
public final class Evictions {
    /** Room for two jumps. */
    public static final int BYTES = 2 * DisplacedRange.JUMP_BYTES;

    /** How far from the short jump a range may begin. */
    private static final int REACH = 144;

    private static final int FLOWS_KEPT = 16;

    private final CodeMap map;
    private final Map<CodeRange, FunctionFlow> flows = new LinkedHashMap<>();

    public Evictions(CodeMap map) {
        this.map = map;
    }

    /** Where the island lies in a range. */
    public static long island(DisplacedRange range) {
        return range.address() + DisplacedRange.JUMP_BYTES;
    }

    /**
     * The nearest range that a short jump can use.
     *
     * @param shortJump what the short jump displaces itself
     * @param isFree whether nothing else is to be done with a range
     */
    public @Nullable DisplacedRange find(CodeRange shortJump, Predicate<DisplacedRange> isFree) {
        for (int distance = 1; distance <= REACH; distance++) {
            for (long at : new long[] {shortJump.start() - distance, shortJump.start() + distance}) {
                DisplacedRange range = rangeAt(at, shortJump);
                if (range != null && isFree.test(range)) {
                    return range;
                }
            }
        }
        return null;
    }

    private @Nullable DisplacedRange rangeAt(long at, CodeRange shortJump) {
        if (!map.isSwept(at) || !Islands.reaches(shortJump.start(), at + DisplacedRange.JUMP_BYTES)) {
            return null;
        }
        return DisplacedRange.plan(map, at, BYTES) instanceof DisplacedRange range
                        && !range.isBackward()
                        && !shortJump.intersects(range.address(), range.end())
                        && isReached(at)
                ? range
                : null;
    }

    /** Data between code may look like instructions: what moves is what control is known to come to. */
    private boolean isReached(long address) {
        CodeRange function = map.functionAt(address);
        if (function == null) {
            return false;
        }
        FunctionFlow flow = flows.get(function);
        if (flow == null) {
            if (flows.size() == FLOWS_KEPT) {
                flows.remove(flows.keySet().iterator().next());
            }
            flow = FunctionFlow.of(map, function);
            flows.put(function, flow);
        }
        return flow.reaches(address);
    }
}
