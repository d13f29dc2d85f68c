package io.trapless.language.check;

import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.syntax.Parser;
import io.trapless.language.syntax.Program;
import java.util.List;

/** The way from a program's text to the typed program. It never throws, whatever the text. */
public final class ProgramChecker {
    private ProgramChecker() {}

    /** Parses and checks a program. */
    public static CheckResult check(Source source, CheckOptions options) {
        return switch (Parser.program(source)) {
            case Result.Failed<Program> failed ->
                new CheckResult.Failed(failed.diagnostics().stream()
                        .map(d -> Finding.of(failed.source(), d))
                        .toList());
            case Result.Ok<Program> ok -> check(ok.value(), options);
        };
    }

    private static CheckResult check(Program program, CheckOptions options) {
        return new CheckResult.Failed(
                List.of(Finding.warning(null, program.source().name() + options.unsafe())));
    }
}
