package io.trapless.cli.program;

import io.trapless.cli.ListRequest;
import io.trapless.cli.Outcome;
import io.trapless.cli.ProgramRequest;
import io.trapless.cli.Terminal;
import io.trapless.cli.action.ListAction;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.Cut;
import io.trapless.language.syntax.ProbePattern;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code -l}: the probes that a pattern means, or those of a program, one a line. */
final class ProbeList {
    private ProbeList() {}

    /** Of the pattern on the command line. */
    static Outcome ofPattern(ProgramRequest request, Terminal terminal) throws IOException {
        String search = String.valueOf(request.search());
        Outcome outcome = Outcome.done();
        for (String pattern : search.split(",", -1)) {
            Outcome one = list(pattern.strip(), request, terminal);
            outcome = one instanceof Outcome.Done ? outcome : one;
        }
        return outcome;
    }

    /** Of the sites of a program; moments of the tracer are as they are. */
    static Outcome ofProgram(CheckedProgram program, ProgramRequest request, Terminal terminal) throws IOException {
        Outcome outcome = Outcome.done();
        for (CheckedAction action : program.actions()) {
            Cut cut = action.cut();
            if (cut == null) {
                terminal.out().println(action.attachPoint().text());
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
        String[] parts = pattern.split(":", 3);
        Integer pid = request.pid();
        if (pid != null) {
            return names(new ListRequest(pid, null, pattern.isEmpty() ? null : pattern, false), request, terminal);
        }
        if (parts.length < 2 || !Files.isRegularFile(Path.of(parts[1]))) {
            return Outcome.failed("'" + pattern
                    + "' names no file to look into; give a probe such as uprobe:/usr/bin/env:*, or -p PID");
        }
        return names(new ListRequest(null, Path.of(parts[1]), pattern, false), request, terminal);
    }

    private static Outcome names(ListRequest listed, ProgramRequest request, Terminal terminal) throws IOException {
        return request.verbose()
                ? ListAction.signatures(listed, request.debugFolders(), terminal)
                : ListAction.names(listed, terminal);
    }
}
