package io.trapless.cli.action;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.slice.Slice;
import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.Parser;
import io.trapless.tracer.session.RecordingException;
import java.util.ArrayList;
import java.util.List;

/** Reads the clauses of {@code -e}. */
final class Clauses {
    private Clauses() {}

    /**
     * @throws RecordingException one is wrong; its text shows the place
     */
    static List<Clause> parse(List<String> texts) throws RecordingException {
        return parse("-e", texts);
    }

    /**
     * As {@link #parse(List)}, of another option.
     *
     * @param option as the user writes it
     */
    static List<Clause> parse(String option, List<String> texts) throws RecordingException {
        List<Clause> clauses = new ArrayList<>();
        for (String text : texts) {
            switch (Parser.clause(new Source(option, text)).then(Slice::check)) {
                case Result.Ok<Clause>(Clause clause) -> clauses.add(clause);
                case Result.Failed<Clause> failed ->
                    throw RecordingException.wrongUsage(failed.text().strip());
            }
        }
        return clauses;
    }
}
