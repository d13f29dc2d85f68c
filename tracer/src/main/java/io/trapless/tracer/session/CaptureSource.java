package io.trapless.tracer.session;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Slice;
import io.trapless.language.syntax.Clause;
import io.trapless.language.syntax.ProbePattern;
import java.util.List;
import java.util.function.Function;

/**
 * What is to be captured at which probes.
 *
 * @param text how messages name it
 * @param probes the attach points; each is looked for in every process
 * @param captures makes the program for a site of the given arguments, or says what is wrong with it there
 */
public record CaptureSource(
        String text, List<ProbePattern> probes, Function<ArgumentTypes, Result<CaptureProgram>> captures) {
    public CaptureSource {
        probes = List.copyOf(probes);
    }

    /** A clause of {@code record}. */
    public static CaptureSource of(Clause clause) {
        return new CaptureSource(clause.source().text().strip(), clause.probes(), types -> Slice.of(clause, types));
    }
}
