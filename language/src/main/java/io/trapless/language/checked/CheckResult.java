package io.trapless.language.checked;

import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.FindingPrinter;
import java.util.List;

/** What the checker makes of a text. */
public sealed interface CheckResult {
    record Ok(CheckedProgram program) implements CheckResult {}

    /**
     * @param findings at least one error; warnings may be among them
     */
    record Failed(List<Finding> findings) implements CheckResult {
        public Failed {
            findings = List.copyOf(findings);
        }

        /** As text for the terminal. */
        public String text() {
            return FindingPrinter.print(findings);
        }
    }
}
