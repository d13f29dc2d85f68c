package io.trapless.script.runtime;

import java.util.List;

/**
 * A user stack.
 *
 * @param frames addresses, the innermost first
 */
public record StackValue(int pid, List<Long> frames) {
    public StackValue {
        frames = List.copyOf(frames);
    }
}
