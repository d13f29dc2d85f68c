package io.trapless.tracer.session;

import io.trapless.binary.dwarf.DwarfType;
import io.trapless.binary.dwarf.InlinedInstance;
import io.trapless.binary.dwarf.Parameter;
import io.trapless.binary.dwarf.ParameterPlace;
import io.trapless.binary.dwarf.VariableLocation;
import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureType;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.trampoline.ArgumentLocation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The arguments of a function where it was inlined: {@code argN} is what it would be at the function's own entry, as far as the compiler says where it stands. What it does not say is 0. */
final class InlinedArguments {
    private static final int REGISTERS = 6;
    private static final ArgumentLocation NOTHING = new ArgumentLocation.Immediate(0, 8, false);
    private static final CaptureType WORD = new CaptureType.Int(8, false, CaptureType.Base.DEC);

    private InlinedArguments() {}

    /** Why programs would misread its arguments; null if they don't. */
    static @Nullable String unsupported(InlinedInstance instance) {
        for (Parameter parameter : instance.function().parameters()) {
            boolean onStack = parameter.place() instanceof ParameterPlace.Words words && words.first() >= REGISTERS;
            if (onStack && parameter.type() instanceof DwarfType.Struct) {
                return "it is inlined there, and its parameter '" + parameter.name()
                        + "' is a structure that has no place in memory then";
            }
        }
        return null;
    }

    /** What to tell about the sites of a pattern that are inlined; null if none is. */
    static @Nullable String remark(List<Site> sites) {
        int count = 0;
        int incomplete = 0;
        String probe = "";
        for (Site site : sites) {
            InlinedInstance instance = site.inlined();
            if (instance != null) {
                count++;
                incomplete += isComplete(instance) ? 0 : 1;
                probe = site.probe();
            }
        }
        return count == 0
                ? null
                : probe + " is inlined at " + count + (count == 1 ? " place" : " places") + ", probed as well"
                        + (incomplete == 0
                                ? ""
                                : "; at " + incomplete
                                        + " of them debugging information does not tell every parameter: what is not told reads as 0");
    }

    private static boolean isComplete(InlinedInstance instance) {
        List<Parameter> parameters = instance.function().parameters();
        List<ArgumentLocation> locations = locations(instance);
        return parameters.stream()
                .allMatch(p -> index(p) >= 0 && !locations.get(index(p)).equals(NOTHING));
    }

    static ArgumentTypes.Inlined types(InlinedInstance instance) {
        List<CaptureType> types = new ArrayList<>();
        List<Parameter> parameters = instance.function().parameters();
        for (Parameter parameter : parameters) {
            int index = index(parameter);
            while (types.size() <= index) {
                types.add(WORD);
            }
            if (index >= 0) {
                types.set(index, new CaptureType.Int(size(parameter), isSigned(parameter), CaptureType.Base.DEC));
            }
        }
        return new ArgumentTypes.Inlined(types);
    }

    static List<ArgumentLocation> locations(InlinedInstance instance) {
        List<ArgumentLocation> locations = new ArrayList<>();
        List<Parameter> parameters = instance.function().parameters();
        for (int i = 0; i < parameters.size(); i++) {
            int index = index(parameters.get(i));
            while (locations.size() <= index) {
                locations.add(NOTHING);
            }
            if (index >= 0 && i < instance.locations().size()) {
                locations.set(
                        index,
                        location(instance.locations().get(i), size(parameters.get(i)), isSigned(parameters.get(i))));
            }
        }
        return locations;
    }

    /** Which {@code argN} a parameter is; -1 if none, or more than one. */
    private static int index(Parameter parameter) {
        return parameter.place() instanceof ParameterPlace.Words(int first, int count)
                        && count == 1
                        && !(parameter.type() instanceof DwarfType.Struct)
                ? first
                : -1;
    }

    private static int size(Parameter parameter) {
        long size = parameter.type().sizeBytes();
        return size == 1 || size == 2 || size == 4 ? (int) size : 8;
    }

    private static boolean isSigned(Parameter parameter) {
        return switch (parameter.type()) {
            case DwarfType.Int i -> i.signed();
            case DwarfType.Enumeration e -> e.signed();
            default -> false;
        };
    }

    private static ArgumentLocation location(VariableLocation location, int sizeBytes, boolean signed) {
        return switch (location) {
            case VariableLocation.Register(int number) ->
                new ArgumentLocation.InRegister(Gpr.of(number), sizeBytes, signed, false);
            case VariableLocation.Memory(int register, long offset)
            when offset == (int) offset ->
                new ArgumentLocation.InUnprovenMemory(Gpr.of(register), (int) offset, sizeBytes, signed);
            case VariableLocation.Sum(int register, long offset)
            when offset == (int) offset -> new ArgumentLocation.Sum(Gpr.of(register), (int) offset, sizeBytes, signed);
            case VariableLocation.Constant(long value) -> new ArgumentLocation.Immediate(value, sizeBytes, signed);
            // A parameter of its own has no address in the file; one that is said to have is not believed.
            case VariableLocation.Memory _,
                    VariableLocation.Sum _,
                    VariableLocation.Static _,
                    VariableLocation.Unavailable _ -> NOTHING;
        };
    }
}
