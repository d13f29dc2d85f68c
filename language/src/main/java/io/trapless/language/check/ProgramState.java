package io.trapless.language.check;

import io.trapless.language.c.CDefinitions;
import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.Settings;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.expand.ExpandedProgram;
import io.trapless.language.expand.Findings;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all actions of a program share while it is checked. One thread. */
final class ProgramState {
    private static final Set<String> STORAGE = Set.of("hash", "lruhash", "percpuhash", "percpulruhash");

    /** Where {@code assert} fails in bpftrace's own library, in which it is a macro: messages name that place. Ours has no text. */
    private static final Source LIBRARY = new Source("stdlib/base.bt", "\n".repeat(5) + " ".repeat(36));

    private static final Span ASSERTION = new Span(9, 41);

    final ExpandedProgram program;

    /** Where failed assertions are told to be, before the place of their call. */
    final Span assertion;

    final CheckOptions options;
    final Settings settings;
    final NamedOptions namedOptions;
    private final Map<String, MapState> maps = new LinkedHashMap<>();
    private final Map<String, Program.MapDeclaration> declarations = new LinkedHashMap<>();

    /** Findings of this round alone. */
    private Findings findings;

    private boolean changed;
    private Finding.@Nullable Place unresolved;

    ProgramState(ExpandedProgram program, CheckOptions options, Settings settings) {
        this.program = program;
        this.options = options;
        this.settings = settings;
        this.namedOptions = new NamedOptions(options.named(), settings.maxStrlen());
        this.findings = new Findings(program.sources());
        int library = program.sources().add(LIBRARY);
        this.assertion = new Span(library + ASSERTION.start(), library + ASSERTION.end());
        program.mapDeclarations().forEach(d -> declarations.put(d.name(), d));
    }

    /** Forgets the findings of the round before. */
    void beginRound() {
        findings = new Findings(program.sources());
        changed = false;
        unresolved = null;
        namedOptions.beginRound();
        for (Program.MapDeclaration declaration : program.mapDeclarations()) {
            if (!STORAGE.contains(declaration.type())) {
                findings.add(Finding.error(
                                findings.sources().place(declaration.span()),
                                "Invalid bpf map type: " + declaration.type())
                        .hint("Valid map types: hash, lruhash, percpuhash, percpulruhash"));
            } else if (declaration.maxEntries() <= 0) {
                findings.error(declaration.span(), "a map needs room for at least one entry");
            }
        }
    }

    Findings findings() {
        return findings;
    }

    CDefinitions definitions() {
        return program.definitions();
    }

    /** The place of a macro's call, if the block came out of one. */
    @Nullable Span callOf(Expression.Block block) {
        return program.calls().get(block);
    }

    boolean changed() {
        return changed;
    }

    void change() {
        changed = true;
    }

    /** A statement was left out because a type is not known yet. */
    void leaveUnresolved(Finding.Place place) {
        if (unresolved == null) {
            unresolved = place;
        }
    }

    /** The first statement that was left out in this round, or null. */
    Finding.@Nullable Place unresolved() {
        return unresolved;
    }

    MapState map(String name, Span span) {
        return maps.computeIfAbsent(name, n -> new MapState(n, maps.size(), span));
    }

    Iterable<MapState> maps() {
        return maps.values();
    }

    /** Whether the program names the map outside of its declaration. */
    boolean isUsed(String name) {
        return maps.containsKey(name);
    }

    /** Sets what is known of a map's value; tells whether that is new. */
    void setValueType(MapState map, Type type) {
        if (!TypePromotion.isSame(map.valueType, type)) {
            map.valueType = type;
            changed = true;
        }
    }

    void setKeyType(MapState map, Type type) {
        if (!TypePromotion.isSame(map.keyType, type)) {
            map.keyType = type;
            changed = true;
        }
    }

    /** Reports a declaration whose storage does not go with what the map holds. */
    void checkDeclaration(MapState map) {
        Program.MapDeclaration declaration = declarations.get(map.name);
        if (declaration == null) {
            return;
        }
        boolean perCpu = declaration.type().startsWith("percpu");
        boolean aggregate = map.valueType instanceof Type.Aggregate;
        if (perCpu != aggregate) {
            findings.error(
                    map.first,
                    "Incompatible map types. Type from declaration: " + declaration.type()
                            + ". Type from value/key type: " + (aggregate ? "percpuhash" : "hash"));
        }
    }

    /** The map as it is known now. */
    MapDescriptor descriptor(MapState map) {
        Type value = map.valueType;
        if (value == null) {
            throw Stop.unresolved();
        }
        boolean scalar = !Boolean.FALSE.equals(map.scalar);
        if (!scalar && map.keyType == null) {
            throw Stop.unresolved();
        }
        return describe(map, value, scalar);
    }

    /** The map, with a number as its value if that is not known: for uses that do not ask for the value. */
    MapDescriptor anyDescriptor(MapState map) {
        Type value = map.valueType;
        boolean scalar = Boolean.TRUE.equals(map.scalar) || map.keyType == null;
        return describe(map, value == null ? new Type.Int(8, true) : value, scalar);
    }

    private MapDescriptor describe(MapState map, Type value, boolean scalar) {
        Program.MapDeclaration declaration = declarations.get(map.name);
        return new MapDescriptor(
                map.index,
                map.name,
                scalar ? null : map.keyType,
                value,
                map.parameters == null ? new MapDescriptor.Parameters.None() : map.parameters,
                declaration == null ? settings.maxMapKeys() : declaration.maxEntries(),
                declaration != null && declaration.type().contains("lru")
                        ? MapDescriptor.Storage.LRU
                        : MapDescriptor.Storage.HASH);
    }
}
