package io.trapless.binary.dwarf;

import java.util.List;

/**
 * A place where a function's body stands in another one.
 *
 * @param address of its first instruction
 * @param function the function that was inlined
 * @param locations of its parameters, in order, at that address
 */
public record InlinedInstance(long address, DwarfFunction function, List<VariableLocation> locations) {
    public InlinedInstance {
        locations = List.copyOf(locations);
    }
}
