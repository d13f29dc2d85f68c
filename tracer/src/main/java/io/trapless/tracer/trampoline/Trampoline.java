package io.trapless.tracer.trampoline;

import java.util.Arrays;
import java.util.List;

/**
 * The generated code of one site.
 *
 * @param address where {@code code} has to lie
 * @param entry where the site's jump goes
 * @param stackBytes what each point's probes take of the stack at the most without having looked whether it is there, in the points' order
 */
public record Trampoline(long address, byte[] code, long entry, List<Integer> stackBytes) {
    @Override
    public boolean equals(Object other) {
        return other instanceof Trampoline that && address == that.address && Arrays.equals(code, that.code);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(code);
    }
}
