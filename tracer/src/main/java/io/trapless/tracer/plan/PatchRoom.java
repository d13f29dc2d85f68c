package io.trapless.tracer.plan;

import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacedRange;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What patches of one image are made of. */
public interface PatchRoom {
    /** A copy of the file's code; null if it does not all lie in one section. */
    byte @Nullable [] code(long address, int lengthBytes);

    /** The padding that a short jump at an address can lead to. */
    List<CodeRange> islandsNear(long address);

    /** The instructions next to a short jump that can make room for its long one. */
    @Nullable DisplacedRange evictionNear(CodeRange shortJump, Predicate<DisplacedRange> isFree);
}
