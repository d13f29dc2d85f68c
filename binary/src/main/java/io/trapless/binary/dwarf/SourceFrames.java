package io.trapless.binary.dwarf;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the source has at an address.
 *
 * @param inlined the functions that were inlined there, the innermost first
 * @param position where in the function that was not inlined, which of one with inlined calls is the outermost of these; null if nothing tells
 */
public record SourceFrames(
        List<InlinedFrame> inlined, @Nullable SourcePosition position) {
    /** Nothing is known. */
    public static final SourceFrames NONE = new SourceFrames(List.of(), null);

    public SourceFrames {
        inlined = List.copyOf(inlined);
    }
}
