package io.trapless.language.checked;

import io.trapless.language.diagnostic.Finding;
import io.trapless.language.types.EnumDefinition;
import java.util.List;

/**
 * A program that has passed all checks.
 *
 * @param settings resolved
 * @param maps in order of first appearance; {@link MapDescriptor#index()} is the place in this list
 * @param enumerations those that the program defines
 * @param actions one for each attach point, in the program's order (imports first)
 * @param options what {@code getopt} asks for, in order of first appearance, for the help text
 * @param mirrors the maps that the target keeps a copy of, by the numbers of their mirrors ({@link io.trapless.language.slice.Value.Mirrored})
 * @param warnings in the order of their places
 */
public record CheckedProgram(
        Settings settings,
        List<MapDescriptor> maps,
        List<EnumDefinition> enumerations,
        List<CheckedAction> actions,
        List<Option> options,
        List<MapDescriptor> mirrors,
        List<Finding> warnings) {
    public CheckedProgram {
        maps = List.copyOf(maps);
        enumerations = List.copyOf(enumerations);
        actions = List.copyOf(actions);
        options = List.copyOf(options);
        mirrors = List.copyOf(mirrors);
        warnings = List.copyOf(warnings);
    }

    /**
     * A named parameter.
     *
     * @param defaultText its default as text
     * @param description empty if there is none
     */
    public record Option(String name, String defaultText, String description) {}
}
