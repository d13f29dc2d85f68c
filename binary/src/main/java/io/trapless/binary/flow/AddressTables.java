package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Tables of whole addresses, which compilers make of a switch in code that lies at a fixed address:
 *
 * <pre>
 *   jmp    *table(,%rA,8)
 * </pre>
 *
 * A call through a table of functions in tail position looks the same; what the table holds tells them apart.
 */
final class AddressTables {
    private final List<Section> data;
    private final CodeMarks marks;
    private final FunctionTable functions;

    AddressTables(List<Section> data, CodeMarks marks, FunctionTable functions) {
        this.data = data;
        this.marks = marks;
        this.functions = functions;
    }

    /** Whether an indirect jump reads its destination so; the table is at its displacement. */
    static boolean isLookup(Instruction jump) {
        return jump.hasMemoryOperand()
                && !jump.isRipRelative()
                && jump.baseRegister() == Instruction.NO_REGISTER
                && jump.indexRegister() != Instruction.NO_REGISTER
                && jump.scale() == Long.BYTES
                && jump.segment() == Segment.NONE;
    }

    /** Whether a jump through a table stays in its function. The first entry that is not the function itself tells: a table holds labels or functions. */
    boolean holdsLabels(long jump, long table) {
        CodeRange function = functions.at(jump);
        Section section = Section.holding(table, data);
        if (function == null || section == null) {
            return false;
        }
        ByteBuffer bytes = ByteBuffer.wrap(section.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (long entry = table; entry + Long.BYTES <= section.end(); entry += Long.BYTES) {
            long target = bytes.getLong((int) (entry - section.address()));
            if (target != function.start()) {
                return function.contains(target) && (marks.get(target) & CodeMarks.BOUNDARY) != 0;
            }
        }
        return false;
    }
}
