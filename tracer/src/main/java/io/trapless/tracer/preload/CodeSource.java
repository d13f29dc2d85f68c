package io.trapless.tracer.preload;

import io.trapless.tracer.attach.TextChange;
import java.util.List;

/** Compiles the code of one module for any place; the same sites each time. */
@FunctionalInterface
public interface CodeSource {
    /**
     * Compiles it.
     *
     * @param rseq whether threads have a restartable-sequence area
     * @param codeSize bytes from the region's start to the session's header, which is mapped there; the pid cell is the page behind that
     */
    Linked link(LinkPlace place, boolean rseq, int codeSize);

    /**
     * Compiled code.
     *
     * @param code to lie at the place's region
     * @param changes of the module's text, at addresses of the process
     */
    record Linked(byte[] code, List<TextChange> changes) {
        public Linked {
            changes = List.copyOf(changes);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
