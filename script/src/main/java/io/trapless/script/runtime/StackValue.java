package io.trapless.script.runtime;

import java.util.List;

/**
 * A user stack.
 *
 * @param frames addresses, the innermost first
 * @param fromCaller whether the innermost is a return address, as all others are; otherwise it is an instruction that was about to run
 */
public record StackValue(int pid, List<Long> frames, boolean fromCaller) {
    public StackValue {
        frames = List.copyOf(frames);
    }
}
