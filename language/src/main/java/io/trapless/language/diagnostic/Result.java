package io.trapless.language.diagnostic;

import java.util.List;
import java.util.function.Function;

/** What a stage of the language makes of its input: a value, or at least one error. */
public sealed interface Result<T> {
    /** It worked. */
    record Ok<T>(T value) implements Result<T> {}

    /**
     * It did not.
     *
     * @param source the text that the errors' spans point into
     * @param diagnostics at least one, in source order
     */
    record Failed<T>(Source source, List<Diagnostic> diagnostics) implements Result<T> {
        public Failed {
            diagnostics = List.copyOf(diagnostics);
            if (diagnostics.isEmpty()) {
                throw new IllegalArgumentException("a failure needs a reason");
            }
        }

        /** All errors as text for the terminal. */
        public String text() {
            return DiagnosticPrinter.print(source, diagnostics);
        }
    }

    /** The value after one more stage. */
    default <R> Result<R> then(Function<T, Result<R>> stage) {
        return switch (this) {
            case Ok<T> ok -> stage.apply(ok.value());
            case Failed<T> failed -> new Failed<>(failed.source(), failed.diagnostics());
        };
    }

    /** The value; for callers that know that it is there. */
    default T orThrow() {
        return switch (this) {
            case Ok<T> ok -> ok.value();
            case Failed<T> failed -> throw new IllegalArgumentException(failed.text());
        };
    }
}
