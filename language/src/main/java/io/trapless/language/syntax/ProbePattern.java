package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Span;

/**
 * One attach point as the user wrote it: which sites of a live process a clause is about. Module, function, provider and name may hold the wildcards {@code *},
 * {@code ?} and {@code [a-z]}.
 */
public sealed interface ProbePattern {
    /** Where it stands in the source. */
    Span span();

    /**
     * The text in its canonical form: long probe type, target as given. Parsing it gives an equal pattern.
     */
    String text();

    /** The file that it is about: a path, or the bare name of a library; may hold wildcards. */
    String module();

    /**
     * A function's entry, or an instruction.
     *
     * @param module a path, or the bare name of a library that the target has mapped ({@code libc}); may hold wildcards
     */
    record Uprobe(String module, ProbeTarget target, Span span) implements ProbePattern {
        @Override
        public String text() {
            return "uprobe:" + ProbeText.quote(module) + ":" + target.text();
        }
    }

    /** A function's returns; the fields are those of {@link Uprobe}. */
    record Uretprobe(String module, ProbeTarget target, Span span) implements ProbePattern {
        @Override
        public String text() {
            return "uretprobe:" + ProbeText.quote(module) + ":" + target.text();
        }
    }

    /**
     * A static probe of {@code sys/sdt.h}.
     *
     * @param module as in {@link Uprobe}
     * @param provider the note's provider; empty when it was left out, which means any
     * @param name the note's probe name
     */
    record Usdt(String module, String provider, String name, Span span) implements ProbePattern {
        @Override
        public String text() {
            return "usdt:" + ProbeText.quote(module) + ":" + (provider.isEmpty() ? "" : ProbeText.quote(provider) + ":")
                    + ProbeText.quote(name);
        }
    }
}
