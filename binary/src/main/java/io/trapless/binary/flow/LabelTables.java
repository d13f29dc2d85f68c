package io.trapless.binary.flow;

import io.trapless.binary.flow.JumpTables.Marker;
import java.util.HashSet;
import java.util.Set;

/**
 * Tables of 32-bit distances from a label in the code, as C programs make by hand ({@code static const int table[] = {&&a - &&base, ...}}; the C library's printf
 * does):
 *
 * <pre>
 *   lea    base(%rip), %rB
 *   lea    table(%rip), %rA
 *   movslq (%rA,%rC,4), %rC
 *   add    %rB, %rC
 *   jmp    *%rC
 * </pre>
 *
 * In a function that jumps to a register and takes the address of a label inside itself, each datum whose address it takes counts as such a table as long as its entries
 * stay in the function.
 */
final class LabelTables {
    /**
     * What takes so many data's addresses is no function, but all the code of a file that does not say where its functions are: to try each label with each datum would take hours. Both are
     * then looked for in one place.
     */
    private static final int MANY = 4096;

    /** Bytes: C programs make no larger functions with such tables. */
    private static final long NEARBY = 1 << 15;

    private final FunctionTable functions;
    private final JumpTables tables;
    private final Set<Long> collected = new HashSet<>();

    LabelTables(FunctionTable functions, JumpTables tables) {
        this.functions = functions;
        this.tables = tables;
    }

    /**
     * Marks the entries of all such tables.
     *
     * @param labels instructions that take the address of code, as {@link Reference}s
     * @param dataSites instructions that take the address of data, ascending
     * @param dataTargets the address that each of them takes
     * @param registerJumps addresses of jumps to a register, sorted
     */
    void collect(
            Iterable<Reference> labels, long[] dataSites, long[] dataTargets, long[] registerJumps, Marker marker) {
        for (Reference label : labels) {
            CodeRange function = functions.at(label.site());
            if (function == null || label.target() == function.start() || !function.contains(label.target())) {
                continue;
            }
            if (lowerBound(registerJumps, function.start()) == lowerBound(registerJumps, function.end())) {
                continue;
            }
            int first = lowerBound(dataSites, function.start());
            int end = lowerBound(dataSites, function.end());
            if (end - first > MANY) {
                first = Math.max(first, lowerBound(dataSites, label.site() - NEARBY));
                end = Math.min(end, lowerBound(dataSites, label.site() + NEARBY));
            }
            for (int i = first; i < end; i++) {
                if (tables.collect(dataTargets[i], label.target(), function, marker)) {
                    collected.add(function.start());
                }
            }
        }
    }

    /** Whether tables of this form were found for a function. */
    boolean isCollectedFor(CodeRange function) {
        return collected.contains(function.start());
    }

    private static int lowerBound(long[] sorted, long value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** An instruction and the address that it takes. */
    record Reference(long site, long target) {}
}
