package io.trapless.cli.program;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.Glob;
import io.trapless.cli.ListRequest;
import io.trapless.cli.Outcome;
import io.trapless.cli.ProgramRequest;
import io.trapless.cli.Terminal;
import io.trapless.cli.action.ListAction;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.Cut;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.debuginfo.DebugFacts;
import io.trapless.tracer.resolve.PathGlob;
import io.trapless.tracer.session.RecordingException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code -l}: the probes that a pattern means, or those of a program, one a line. Paths are shown as they were written. */
final class ProbeList {
    /** Probes that have no place in a file. */
    private static final List<String> MOMENTS = List.of(
            "begin",
            "bench:",
            "end",
            "interval:hz:",
            "interval:ms:",
            "interval:s:",
            "interval:us:",
            "self:signal:SIGUSR1",
            "test:");

    private static final List<String> IN_FILES = List.of("uprobe", "uretprobe", "usdt");

    private ProbeList() {}

    /** Of the pattern on the command line. */
    static Outcome ofPattern(ProgramRequest request, Terminal terminal) throws IOException {
        String search = String.valueOf(request.search());
        if (search.endsWith(".bt")) {
            terminal.err()
                    .println("WARNING: It appears that '" + search
                            + "' is a filename but the file does not exist. Treating '" + search
                            + "' as a search pattern.");
        }
        Outcome outcome = Outcome.done();
        for (String pattern : search.split(",", -1)) {
            Outcome one = list(pattern.strip(), request, terminal);
            outcome = one instanceof Outcome.Done ? outcome : one;
        }
        return outcome;
    }

    /** Of the sites of a program; moments of the tracer by their names. */
    static Outcome ofProgram(CheckedProgram program, ProgramRequest request, Terminal terminal) throws IOException {
        Outcome outcome = Outcome.done();
        for (CheckedAction action : program.actions()) {
            Cut cut = action.cut();
            if (cut == null) {
                String name = action.attachPoint().text();
                int count = name.lastIndexOf(':');
                terminal.out().println(name.startsWith("interval:") ? name.substring(0, count + 1) : name);
                continue;
            }
            for (ProbePattern pattern : cut.probes()) {
                Outcome one = list(pattern.text(), request, terminal);
                outcome = one instanceof Outcome.Done ? outcome : one;
            }
        }
        return outcome;
    }

    private static Outcome list(String pattern, ProgramRequest request, Terminal terminal) throws IOException {
        Integer pid = request.pid();
        if (pid != null) {
            return names(new ListRequest(pid, null, pattern.isEmpty() ? null : pattern), request, terminal);
        }
        MOMENTS.stream().filter(moment -> Glob.of(pattern).matches(moment)).forEach(terminal.out()::println);
        String[] parts = pattern.split(":", 3);
        if (parts.length < 2) {
            return Outcome.done();
        }
        List<String> types = IN_FILES.stream()
                .filter(type -> type.equals(longName(parts[0]))
                        || (Glob.isWild(parts[0]) && Glob.of(parts[0]).matches(type)))
                .toList();
        if (types.isEmpty()) {
            return Outcome.done();
        }
        List<Path> files = PathGlob.files(parts[1]);
        if (files.isEmpty()) {
            return Outcome.failed("'" + pattern
                    + "' names no file to look into; give a probe such as uprobe:/usr/bin/env:*, or -p PID");
        }
        boolean several = files.size() > 1 || types.size() > 1;
        for (Path file : files) {
            for (String type : types) {
                String refused = list(type, file, parts.length < 3 ? "*" : parts[2], request, terminal);
                if (refused != null && !several) {
                    return Outcome.failed(refused);
                }
            }
        }
        return Outcome.done();
    }

    /** Null, or why the file can't be looked into. */
    private static @Nullable String list(
            String type, Path file, String rest, ProgramRequest request, Terminal terminal) {
        String absolute = file.toAbsolutePath().normalize().toString();
        try (DebugFacts facts = new DebugFacts(null, request.debugFolders())) {
            for (String name : ListAction.names(file, type + ":" + absolute + ":" + rest)) {
                String parameters = request.verbose() ? ListAction.parameters(name, facts) : "";
                terminal.out().println(name.replace(":" + absolute + ":", ":" + file + ":") + parameters);
            }
            return null;
        } catch (ElfException e) {
            return e.sentence(file.toString());
        } catch (RecordingException e) {
            return e.sentence();
        }
    }

    private static Outcome names(ListRequest listed, ProgramRequest request, Terminal terminal) throws IOException {
        return request.verbose()
                ? ListAction.signatures(listed, request.debugFolders(), terminal)
                : ListAction.names(listed, terminal);
    }

    private static String longName(String type) {
        return switch (type) {
            case "u" -> "uprobe";
            case "ur" -> "uretprobe";
            case "U" -> "usdt";
            default -> type.toLowerCase(Locale.ROOT);
        };
    }
}
