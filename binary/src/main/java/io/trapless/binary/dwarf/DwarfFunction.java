package io.trapless.binary.dwarf;

import java.util.List;

/**
 * A function by its debugging information.
 *
 * @param name as the source has it
 * @param parameters in order; those that the compiler has made up (C++'s {@code this}) among them
 */
public record DwarfFunction(String name, List<Parameter> parameters, DwarfType result) {
    public DwarfFunction {
        parameters = List.copyOf(parameters);
    }
}
