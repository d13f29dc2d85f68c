package io.trapless.cli.program;

import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.FindingPrinter;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.print.StagePrinter;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.Program;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code -d STAGE}: shows a program after a stage. {@code parse} and {@code ast} show the text as it was understood, {@code types} the typed tree, {@code slice} what goes into the target and what stays outside. */
final class ProgramStages {
    private final Set<String> stages;
    private final PrintStream out;

    ProgramStages(Set<String> stages, Terminal terminal) {
        this.stages = stages;
        this.out = terminal.err();
    }

    private boolean wants(String stage) {
        return stages.contains(stage) || stages.contains("all");
    }

    /** The program has been read. */
    void parsed(Source source) {
        if ((wants("parse") || wants("ast")) && Parser.program(source) instanceof Result.Ok<Program>(Program program)) {
            head("parse");
            out.println(ProgramText.of(program));
            out.flush();
        }
    }

    /** The program has been checked. */
    void checked(CheckedProgram program) {
        if (wants("types")) {
            head("types");
            program.maps().forEach(out::println);
            program.actions().forEach(out::println);
        }
        if (wants("slice")) {
            head("slice");
            out.print(StagePrinter.slice(program));
        }
        out.flush();
    }

    private void head(String stage) {
        out.println("After: " + stage);
        out.println("-------------------");
    }

    /** {@code --fmt}: prints a program in one form. */
    @SuppressWarnings("RefactorSwitch") // both ways print before they return
    static Outcome format(Source source, @Nullable Path output, Terminal terminal) throws IOException {
        return switch (Parser.program(source)) {
            case Result.Failed<Program> failed -> {
                terminal.err()
                        .print(FindingPrinter.print(failed.diagnostics().stream()
                                .map(diagnostic -> Finding.of(failed.source(), diagnostic))
                                .toList()));
                yield new Outcome.Exited(1);
            }
            case Result.Ok<Program>(Program program) -> {
                String text = ProgramText.of(program);
                if (output == null) {
                    terminal.out().print(text);
                } else {
                    Files.write(output, text.getBytes(StandardCharsets.UTF_8));
                }
                yield Outcome.done();
            }
        };
    }
}
