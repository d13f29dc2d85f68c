package io.trapless.binary.dwarf;

import io.trapless.binary.demangle.Demangler;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Finds functions by address and inlined ones by name, in the units that can have them. One thread at a time. */
final class FunctionEntries {
    private static final int MAX_NESTING = 64;

    /** Of integer arguments in order, by the psABI's numbers: rdi, rsi, rdx, rcx, r8, r9. */
    private static final List<Integer> ARGUMENT_REGISTERS = List.of(5, 4, 1, 2, 8, 9);

    private static final String LEFT_OUT = "the compiler does not pass it as the source says";

    private final DieReader reader;
    private final TypeEntries types;
    private final FunctionRanges ranges;
    private final UnitFilter units;
    private final Map<String, List<InlinedInstance>> instances = new HashMap<>();

    /** All functions with code, by the addresses at which they begin; only if units do not tell where theirs are. */
    private @Nullable Map<Long, Die> byAddress;

    FunctionEntries(DieReader reader, TypeEntries types, FunctionRanges ranges, UnitFilter units) {
        this.reader = reader;
        this.types = types;
        this.ranges = ranges;
        this.units = units;
    }

    /** Whether it may be what instances inlined elsewhere are of. {@code DW_AT_inline} need not say so: link-time optimisation inlines when its entry is long written. */
    private boolean isAbstract(Die function) {
        return !reader.flag(function, Constants.AT_DECLARATION)
                && reader.base(function).isEmpty();
    }

    /** The functions of a name that were inlined: a symbol's, or else a readable one of C++ or Rust, with its parameters or without. */
    private Set<Die> inlinedFunctions(String name) {
        Set<Die> exact = inlinedFunctions(units.naming(name), name::equals);
        if (!exact.isEmpty()) {
            return exact;
        }
        String word = lastWord(name);
        return inlinedFunctions(units.namingMangled(word), symbol -> {
            // Mangled names have identifiers letter by letter: most need not be demangled.
            String readable = Demangler.isMangled(symbol) && symbol.contains(word) ? Demangler.demangle(symbol) : null;
            return readable != null
                    && (readable.equals(name) || withoutParameters(readable).equals(name));
        });
    }

    /** Those that units have, and those that other units have of functions that are declared in a part that dwz took out of several. */
    private Set<Die> inlinedFunctions(List<DieReader.Unit> named, Predicate<String> symbol) {
        Set<Die> found = new HashSet<>();
        Set<Die> declared = new HashSet<>();
        Consumer<Die> abstractOnes = function -> {
            // First, for few are, and a name costs more.
            if (isAbstract(function) && symbol.test(reader.symbol(function))) {
                found.add(function);
            }
        };
        for (DieReader.Unit unit : named) {
            FunctionRanges.forFunctions(reader, unit.content(), abstractOnes);
            if (reader.tag(unit.content()) == Constants.TAG_PARTIAL_UNIT) {
                FunctionRanges.forFunctions(reader, unit.content(), function -> {
                    if (symbol.test(reader.symbol(function))) {
                        declared.add(function);
                    }
                });
            }
        }
        for (DieReader.Unit unit : units.referringTo(declared)) {
            FunctionRanges.forFunctions(reader, unit.content(), abstractOnes);
        }
        return found;
    }

    private static String withoutParameters(String readable) {
        int parameters = readable.indexOf('(');
        return parameters > 0 ? readable.substring(0, parameters) : readable;
    }

    /** The last identifier of a name; empty if it ends in something else. */
    private static String lastWord(String name) {
        String plain = withoutParameters(name);
        int start = plain.length();
        while (start > 0 && Character.isJavaIdentifierPart(plain.charAt(start - 1))) {
            start--;
        }
        return plain.substring(start);
    }

    private @Nullable Die entryAt(long address) {
        FunctionRanges.Found found = ranges.at(address);
        Die within = found == null ? null : found.function();
        if (within != null && reader.base(within).equals(OptionalLong.of(address))) {
            return within;
        }
        Map<Long, Die> known = byAddress;
        if (known == null) {
            Map<Long, Die> all = new HashMap<>();
            for (DieReader.Unit unit : reader.units()) {
                FunctionRanges.forFunctions(
                        reader,
                        unit.content(),
                        function -> reader.base(function).ifPresent(start -> all.putIfAbsent(start, function)));
            }
            known = all;
            byAddress = known;
        }
        return known.get(address);
    }

    /** The function that begins at an address, or null. */
    @Nullable DwarfFunction at(long address) {
        Die die = entryAt(address);
        if (die == null) {
            return null;
        }
        DwarfFunction function = function(die);
        List<Die> entries = parameterEntries(die);
        boolean external = reader.anyFlag(die, Constants.AT_EXTERNAL);
        List<Parameter> refined = new ArrayList<>();
        for (int i = 0; i < function.parameters().size(); i++) {
            Parameter parameter = function.parameters().get(i);
            refined.add(new Parameter(
                    parameter.name(),
                    parameter.type(),
                    parameter.declared(),
                    entryPlace(entries.get(i), parameter.place(), external, address)));
        }
        return new DwarfFunction(function.name(), refined, function.result());
    }

    /** Functions that nobody else calls need not keep to the ABI, and compilers make use of that: what they say themselves goes first. */
    private ParameterPlace entryPlace(Die parameter, ParameterPlace place, boolean external, long address) {
        if (!(place instanceof ParameterPlace.Words words)) {
            return place;
        }
        if (!reader.has(parameter, Constants.AT_LOCATION)) {
            return external ? place : new ParameterPlace.Elsewhere(LEFT_OUT);
        }
        List<Operation> operations = reader.location(parameter, Constants.AT_LOCATION, address);
        if (operations == null || operations.isEmpty()) {
            return external ? place : new ParameterPlace.Elsewhere(LEFT_OUT);
        }
        int code = operations.getFirst().code();
        boolean inRegister = operations.size() == 1 && code >= Constants.OP_REG0 && code <= Constants.OP_REG31;
        if (!inRegister || words.count() != 1) {
            return place;
        }
        int index = ARGUMENT_REGISTERS.indexOf(code - Constants.OP_REG0);
        return index < 0
                ? new ParameterPlace.Elsewhere("the compiler passes it in a register that is none for arguments")
                : new ParameterPlace.Words(index, 1);
    }

    private DwarfFunction function(Die die) {
        List<Die> entries = parameterEntries(die);
        List<DwarfType> all = entries.stream().map(types::typeOf).toList();
        DwarfType result = types.typeOf(die);
        List<ParameterPlace> places = CallingConvention.of(types, result, all);
        List<Parameter> found = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            found.add(new Parameter(
                    reader.name(entries.get(i)), all.get(i), types.declared(entries.get(i)), places.get(i)));
        }
        return new DwarfFunction(reader.name(die), found, result);
    }

    /** Its parameters; a part that was cloned has what its original has. */
    private List<Die> parameterEntries(Die function) {
        List<Die> entries = parameters(function);
        Die origin = entries.isEmpty() ? reader.origin(function) : null;
        return origin == null ? entries : parameters(origin);
    }

    private List<Die> parameters(Die function) {
        return reader.children(function).stream()
                .filter(child -> reader.tag(child) == Constants.TAG_FORMAL_PARAMETER)
                .toList();
    }

    /** All places where a function of that name was inlined, each address once. */
    List<InlinedInstance> inlined(String name, Locations locations) {
        return instances.computeIfAbsent(name, _ -> search(name, locations));
    }

    private List<InlinedInstance> search(String name, Locations locations) {
        Set<Die> wanted = inlinedFunctions(name);
        Map<Long, InlinedInstance> found = new HashMap<>();
        for (DieReader.Unit unit : units.referringTo(wanted)) {
            FunctionRanges.forFunctions(reader, unit.content(), function -> {
                // What the linker has left out was moved to 0.
                if (reader.base(function).orElse(0) != 0) {
                    collect(function, function, wanted, locations, found, 0);
                }
            });
        }
        List<InlinedInstance> all = new ArrayList<>(found.values());
        all.sort(Comparator.comparingLong(InlinedInstance::address));
        return all;
    }

    private void collect(
            Die parent,
            Die function,
            Set<Die> wanted,
            Locations locations,
            Map<Long, InlinedInstance> into,
            int depth) {
        if (depth > MAX_NESTING) {
            return;
        }
        for (Die child : reader.children(parent)) {
            int tag = reader.tag(child);
            boolean inlinedHere = tag == Constants.TAG_INLINED_SUBROUTINE;
            if (inlinedHere && wanted.contains(reader.reference(child, Constants.AT_ABSTRACT_ORIGIN, false))) {
                add(child, function, locations, into);
            }
            if (inlinedHere || tag == Constants.TAG_LEXICAL_BLOCK || tag == Constants.TAG_TRY_BLOCK) {
                collect(child, function, wanted, locations, into, depth + 1);
            }
        }
    }

    private void add(Die instance, Die function, Locations locations, Map<Long, InlinedInstance> into) {
        OptionalLong entry = reader.entry(instance);
        Die origin = reader.origin(instance);
        if (entry.isEmpty() || origin == null) {
            return;
        }
        long address = entry.getAsLong();
        List<Die> actual = parameters(instance);
        List<VariableLocation> places = new ArrayList<>();
        for (Die parameter : parameters(origin)) {
            Die here = actual.stream()
                    .filter(die -> parameter.equals(reader.origin(die)))
                    .findFirst()
                    .orElse(null);
            places.add(here == null ? new VariableLocation.Unavailable() : locations.of(here, function, address));
        }
        into.putIfAbsent(address, new InlinedInstance(address, function(origin), places));
    }
}
