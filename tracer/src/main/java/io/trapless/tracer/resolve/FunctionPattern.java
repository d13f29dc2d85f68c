package io.trapless.tracer.resolve;

import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.ProbeTarget;

/**
 * A pattern over functions, whichever end of them is meant.
 *
 * @param returns whether it means their exits
 */
record FunctionPattern(String module, ProbeTarget target, Span span, boolean returns) {
    static FunctionPattern of(ProbePattern.Uprobe pattern) {
        return new FunctionPattern(pattern.module(), pattern.target(), pattern.span(), false);
    }

    static FunctionPattern of(ProbePattern.Uretprobe pattern) {
        return new FunctionPattern(pattern.module(), pattern.target(), pattern.span(), true);
    }

    /** As the user would write it. */
    String text() {
        return text(module, target);
    }

    /** The same with a module and a target that it matched. */
    String text(String shownModule, ProbeTarget matched) {
        ProbePattern pattern = returns
                ? new ProbePattern.Uretprobe(shownModule, matched, span)
                : new ProbePattern.Uprobe(shownModule, matched, span);
        return pattern.text();
    }
}
