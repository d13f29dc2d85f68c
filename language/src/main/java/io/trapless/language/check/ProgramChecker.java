package io.trapless.language.check;

import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.ProbeKind;
import io.trapless.language.checked.Settings;
import io.trapless.language.cut.Cutter;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.expand.ExpandedProgram;
import io.trapless.language.expand.Findings;
import io.trapless.language.expand.Linker;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Program;
import io.trapless.language.types.Types;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way from a program's text to the typed program. It never throws, whatever the text. */
public final class ProgramChecker {
    /** Types only grow, and there are few steps from a byte to eight: this is never reached but by a mistake of ours. */
    private static final int MAX_ROUNDS = 50;

    private final ProgramState state;
    private final List<ActionChecker> actions = new ArrayList<>();

    private ProgramChecker(ProgramState state) {
        this.state = state;
    }

    /** Parses and checks a program given on the command line. */
    public static CheckResult check(Source source, CheckOptions options) {
        return check(source, null, options);
    }

    /**
     * Parses and checks a program.
     *
     * @param path the file that it comes from; null for a text from the command line
     */
    public static CheckResult check(Source source, @Nullable Path path, CheckOptions options) {
        Linker.Outcome linked = Linker.link(source, path, options.files());
        ExpandedProgram program = linked.program();
        Findings findings = linked.findings();
        if (program == null) {
            return new CheckResult.Failed(findings.all());
        }
        Settings settings = SettingsReader.read(program.settings(), options.environment(), findings);
        ProgramChecker checker = new ProgramChecker(new ProgramState(program, options, settings));
        checker.attach(findings);
        if (findings.hasErrors()) {
            return new CheckResult.Failed(findings.all());
        }
        return checker.run(findings);
    }

    /** One checker for each attach point. */
    private void attach(Findings findings) {
        ProbeKinds kinds = new ProbeKinds(findings);
        for (Program.Action action : state.program.actions()) {
            for (AttachPoint written : action.attachPoints()) {
                AttachPoint point = ProbeParameters.fill(written, state.options.positional(), findings);
                ProbeKind kind = point == null ? null : kinds.of(point);
                if (point != null && kind != null) {
                    actions.add(new ActionChecker(new ActionState(state, point, kind), action));
                }
            }
        }
    }

    private CheckResult run(Findings earlier) {
        List<CheckedAction> checked = List.of();
        for (int round = 0; round < MAX_ROUNDS; round++) {
            state.beginRound();
            checked = new ArrayList<>();
            for (ActionChecker action : actions) {
                checked.add(action.check(checked.size()));
            }
            boolean hopeless = state.findings().hasErrors();
            if (!state.changed() && (hopeless || !fillMaps())) {
                break;
            }
        }
        reportLeftovers();
        List<Finding> all = new ArrayList<>(earlier.all());
        all.addAll(state.findings().all());
        if (state.findings().hasErrors()) {
            return new CheckResult.Failed(all);
        }
        Cutter.Program cut = Cutter.cut(checked, state.options.tellsReads());
        return new CheckResult.Ok(new CheckedProgram(
                state.settings,
                descriptors(),
                state.definitions().enumDefinitions(),
                cut.actions(),
                state.namedOptions.all(),
                cut.mirrors(),
                all));
    }

    /** A map that is read or counted up but that nothing else is put into holds numbers. */
    private boolean fillMaps() {
        boolean filled = false;
        for (MapState map : state.maps()) {
            boolean accessed = Boolean.TRUE.equals(map.scalar) || map.keyType != null;
            if (map.valueType == null && accessed) {
                state.setValueType(map, Types.INT8);
                filled = true;
            }
        }
        return filled;
    }

    private void reportLeftovers() {
        Findings findings = state.findings();
        if (findings.hasErrors()) {
            return;
        }
        for (MapState map : state.maps()) {
            boolean keyless = map.keyType == null && !Boolean.TRUE.equals(map.scalar);
            if (map.valueType == null || keyless) {
                findings.error(map.first, "Undefined map: " + map.text());
            }
        }
        Finding.Place place = state.unresolved();
        if (!findings.hasErrors() && place != null) {
            findings.add(Finding.error(place, "Could not resolve the type of this statement"));
        }
        for (MapState map : state.maps()) {
            state.checkDeclaration(map);
        }
        for (Program.MapDeclaration declaration : state.program.mapDeclarations()) {
            if (!state.isUsed(declaration.name())) {
                findings.warning(declaration.span(), "Unused map: @" + declaration.name());
            }
        }
        for (String name : state.namedOptions.given()) {
            if (state.namedOptions.find(name) == null) {
                findings.add(Finding.warning(null, "the program has no parameter --" + name));
            }
        }
    }

    private List<MapDescriptor> descriptors() {
        List<MapDescriptor> all = new ArrayList<>();
        for (MapState map : state.maps()) {
            all.add(state.descriptor(map));
        }
        return all;
    }
}
