package io.trapless.tracer.session;

import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import java.util.Arrays;
import java.util.List;

/** Tells what has become of patches: reads the span of each page's patches at once, for there may be tens of thousands. */
final class PatchReader {
    private static final int PAGE = 4096;

    /** What stands at the place of a patch. */
    enum Found {
        /** The patch. */
        PATCHED,
        /** What had been there before. */
        ORIGINAL,
        /** Something else. */
        FOREIGN,
        /** No memory: the module is gone. */
        UNMAPPED
    }

    /** What is told of each. */
    interface Visitor {
        void visit(TextChange patch, Found found);
    }

    private PatchReader() {}

    /** @param patches in order of address */
    static void read(TargetProcess target, List<TextChange> patches, Visitor visitor) {
        for (int first = 0; first < patches.size(); ) {
            long start = patches.get(first).address();
            int behind = first + 1;
            while (behind < patches.size() && patches.get(behind).address() / PAGE == start / PAGE) {
                behind++;
            }
            byte[] span = new byte[(int) (patches.get(behind - 1).end() - start)];
            int size = target.tryReadMemory(start, span, 0, span.length);
            for (TextChange patch : patches.subList(first, behind)) {
                visitor.visit(patch, find(patch, span, size, (int) (patch.address() - start)));
            }
            first = behind;
        }
    }

    private static Found find(TextChange patch, byte[] span, int size, int offset) {
        int end = offset + patch.replacement().length;
        if (end > size) {
            return Found.UNMAPPED;
        }
        if (Arrays.equals(span, offset, end, patch.replacement(), 0, patch.replacement().length)) {
            return Found.PATCHED;
        }
        return Arrays.equals(span, offset, end, patch.expected(), 0, patch.expected().length)
                ? Found.ORIGINAL
                : Found.FOREIGN;
    }
}
