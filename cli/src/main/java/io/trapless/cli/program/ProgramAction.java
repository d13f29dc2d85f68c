package io.trapless.cli.program;

import io.trapless.cli.Outcome;
import io.trapless.cli.ProgramRequest;
import io.trapless.cli.Terminal;
import io.trapless.language.check.ProgramChecker;
import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.ProbeKind;
import io.trapless.language.cut.PushDownPlan;
import io.trapless.language.diagnostic.FindingPrinter;
import io.trapless.language.diagnostic.Source;
import io.trapless.script.output.JsonOutput;
import io.trapless.script.output.Output;
import io.trapless.script.output.TextOutput;
import io.trapless.script.output.TextSink;
import io.trapless.script.run.ProgramRun;
import io.trapless.script.run.Signals;
import io.trapless.script.run.SourceException;
import io.trapless.script.run.TestRun;
import io.trapless.script.runtime.Clocks;
import io.trapless.script.runtime.ScriptRuntime;
import io.trapless.script.runtime.Warnings;
import io.trapless.tracer.debuginfo.DebugFacts;
import io.trapless.tracer.session.Recording;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code trapless -e PROGRAM}, {@code trapless FILE.bt}. */
public final class ProgramAction {
    private final ProgramRequest request;
    private final Terminal terminal;

    private ProgramAction(ProgramRequest request, Terminal terminal) {
        this.request = request;
        this.terminal = terminal;
    }

    public static Outcome run(ProgramRequest request, Terminal terminal) throws IOException, InterruptedException {
        return new ProgramAction(request, terminal).run();
    }

    private Outcome run() throws IOException, InterruptedException {
        if (request.mode() == ProgramRequest.Mode.INFO) {
            ToolInfo.print(terminal.out());
            return Outcome.done();
        }
        if (request.listing() && request.search() != null) {
            return ProbeList.ofPattern(request, terminal);
        }
        Source source = source();
        if (request.mode() == ProgramRequest.Mode.FORMAT) {
            return ProgramStages.format(source, request.output(), terminal);
        }
        if (request.mode() == ProgramRequest.Mode.RUN && request.trace() == null) {
            Recording.prepare();
        }
        ProgramStages stages = new ProgramStages(request.stages(), terminal);
        stages.parsed(source);
        try (DebugFacts facts = new DebugFacts(request.pid(), request.debugFolders())) {
            return run(ProgramChecker.check(source, options(facts)), stages);
        }
    }

    @SuppressWarnings("RefactorSwitch") // both ways print before they return
    private Outcome run(CheckResult checked, ProgramStages stages) throws IOException, InterruptedException {
        return switch (checked) {
            case CheckResult.Failed failed -> {
                terminal.err().print(failed.text());
                terminal.err().flush();
                yield new Outcome.Exited(1);
            }
            case CheckResult.Ok(CheckedProgram program) -> {
                if (request.warnings() != ProgramRequest.WarningLevel.NONE) {
                    terminal.err().print(FindingPrinter.print(program.warnings()));
                    terminal.err().flush();
                }
                stages.checked(program);
                yield areNamesKnown(program) ? run(program) : new Outcome.Exited(1);
            }
        };
    }

    /** Tells of named parameters that the program has not asked for by {@code getopt}. */
    private boolean areNamesKnown(CheckedProgram program) {
        Map<String, String> expected = new TreeMap<>(Comparator.reverseOrder());
        program.options().forEach(option -> expected.put(option.name(), option.description()));
        Set<String> unexpected = new TreeSet<>(request.named().keySet());
        unexpected.removeAll(expected.keySet());
        if (unexpected.isEmpty()) {
            return true;
        }
        terminal.err().println("ERROR: unexpected program command line options: --" + String.join(", --", unexpected));
        if (expected.isEmpty()) {
            terminal.err().println("HINT: the program expects no options");
        } else if (unexpected.contains("help")) {
            terminal.err().println("HINT: expected program options:");
            expected.forEach((name, description) ->
                    terminal.err().println("    --" + name + (description.isEmpty() ? "" : ": " + description)));
        } else {
            terminal.err().println("HINT: expected program options: --" + String.join(", --", expected.keySet()));
        }
        terminal.err().flush();
        return false;
    }

    private Source source() throws IOException {
        String includes = request.includeFiles().stream()
                .map(file -> "#include <" + file + ">\n")
                .collect(Collectors.joining());
        String text = request.text();
        if (text != null) {
            return new Source("stdin", includes + text);
        }
        String file = String.valueOf(request.file());
        if (file.equals("-")) {
            return new Source("stdin", includes + new String(System.in.readAllBytes(), StandardCharsets.UTF_8));
        }
        return new Source(file, includes + new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8));
    }

    private CheckOptions options(CheckOptions.SiteFacts facts) {
        return new CheckOptions(
                request.positional(),
                request.named(),
                System.getenv(),
                request.unsafe(),
                request.warnings() == ProgramRequest.WarningLevel.ALL,
                request.command() != null,
                new ProgramFiles(request.includeFolders()),
                facts);
    }

    private Outcome run(CheckedProgram checked) throws IOException, InterruptedException {
        CheckedProgram program = filtered(checked);
        if (request.listing()) {
            return ProbeList.ofProgram(program, request, terminal);
        }
        Path file = request.output();
        try (OutputStream results = file == null ? null : Files.newOutputStream(file)) {
            TextSink sink = new TextSink(results == null ? terminal.out() : results, bufferMode());
            return run(program, sink);
        } catch (PatternSyntaxException e) {
            return Outcome.wrongUsage("--probe-filter '" + request.probeFilter() + "': " + e.getDescription());
        }
    }

    private CheckedProgram filtered(CheckedProgram program) {
        @Nullable String filter = request.probeFilter();
        if (filter == null) {
            return program;
        }
        Pattern pattern = Pattern.compile(filter);
        List<CheckedAction> actions = program.actions().stream()
                .filter(action -> action.kind() instanceof ProbeKind.Begin
                        || action.kind() instanceof ProbeKind.End
                        || pattern.matcher(action.attachPoint().text()).find())
                .toList();
        return new CheckedProgram(
                program.settings(),
                program.maps(),
                program.enumerations(),
                actions,
                program.options(),
                program.mirrors(),
                program.warnings());
    }

    private TextSink.Mode bufferMode() {
        return switch (request.buffering()) {
            case LINE -> TextSink.Mode.LINE;
            case FULL -> TextSink.Mode.FULL;
            case NONE -> TextSink.Mode.NONE;
        };
    }

    private Outcome run(CheckedProgram program, TextSink sink) throws InterruptedException {
        boolean warn = request.warnings() != ProgramRequest.WarningLevel.NONE;
        TextSink messages = new TextSink(terminal.err(), TextSink.Mode.NONE);
        Output output = request.json() ? new JsonOutput(sink, warn) : new TextOutput(sink, messages, warn);
        PushDownPlan plan = PushDown.plan(program, request, System.getenv());
        try (LiveTargets targets = new LiveTargets(program, plan, request, terminal)) {
            ScriptRuntime runtime = new ScriptRuntime(
                    program,
                    new ScriptRuntime.Surroundings(
                            targets,
                            Clocks.now(),
                            Warnings.Level.valueOf(request.warnings().name()),
                            Runtime.getRuntime().availableProcessors()),
                    output);
            int status = switch (request.mode()) {
                case TEST -> new TestRun(program, runtime).tests();
                case BENCH -> new TestRun(program, runtime).benches();
                case CODEGEN -> {
                    new ProgramRun(program, runtime, host(program, runtime, targets, sink));
                    yield 0;
                }
                case RUN -> live(program, plan, runtime, targets, sink);
                case FORMAT, INFO -> throw new IllegalStateException("done before");
            };
            output.flush();
            return new Outcome.Exited(status);
        } catch (SourceException e) {
            output.flush();
            terminal.err().println(e.text());
            terminal.err().flush();
            return new Outcome.Exited(1);
        }
    }

    private int live(
            CheckedProgram program, PushDownPlan plan, ScriptRuntime runtime, LiveTargets targets, TextSink sink)
            throws SourceException, InterruptedException {
        ProgramHost host = host(program, runtime, targets, sink);
        if (request.dryRun()) {
            return host.rehearse();
        }
        terminal.stop().listenToSignals();
        return new ProgramRun(program, runtime, host, plan).run();
    }

    private ProgramHost host(CheckedProgram program, ScriptRuntime runtime, LiveTargets targets, TextSink sink) {
        return new ProgramHost(program, runtime, request, targets, sink, terminal, new Signals());
    }
}
