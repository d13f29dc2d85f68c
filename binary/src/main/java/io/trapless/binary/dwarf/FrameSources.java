package io.trapless.binary.dwarf;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** From addresses to lines and inlined functions. One thread at a time. */
final class FrameSources {
    private static final int MAX_NESTING = 256;

    private final DieReader reader;
    private final FunctionRanges functions;
    private final LineTables lines;

    FrameSources(DieReader reader, FunctionRanges functions) {
        this.reader = reader;
        this.functions = functions;
        this.lines = new LineTables(reader);
    }

    /** What the source has at an address. */
    SourceFrames at(long address) {
        FunctionRanges.Found found = functions.at(address);
        if (found == null) {
            return SourceFrames.NONE;
        }
        List<Die> instances = new ArrayList<>();
        if (found.function() != null) {
            collect(found.function(), address, instances, 0);
        }
        // The line table has the line within the innermost function; in each other one the position is that of the
        // call.
        SourcePosition position = lines.at(found.unit(), address);
        List<InlinedFrame> inlined = new ArrayList<>();
        for (Die instance : instances.reversed()) {
            inlined.add(new InlinedFrame(reader.symbol(instance), position));
            position = call(found.unit(), instance);
        }
        return new SourceFrames(inlined, position);
    }

    private @Nullable SourcePosition call(DieReader.Unit unit, Die instance) {
        OptionalLong file = reader.unsigned(instance, Constants.AT_CALL_FILE);
        OptionalLong line = reader.unsigned(instance, Constants.AT_CALL_LINE);
        return file.isEmpty() || line.isEmpty() ? null : lines.of(unit, file.getAsLong(), line.getAsLong());
    }

    /** The inlined functions below an entry that hold an address, the outermost first; whether there are any. */
    private boolean collect(Die parent, long address, List<Die> into, int depth) {
        if (depth >= MAX_NESTING) {
            return false;
        }
        for (Die child : reader.children(parent)) {
            int tag = reader.tag(child);
            boolean instance = tag == Constants.TAG_INLINED_SUBROUTINE;
            if (!instance && tag != Constants.TAG_LEXICAL_BLOCK && tag != Constants.TAG_TRY_BLOCK) {
                continue;
            }
            List<DieReader.Range> ranges = reader.ranges(child);
            if (ranges.stream().anyMatch(range -> address >= range.start() && address < range.end())) {
                if (instance) {
                    into.add(child);
                }
                return collect(child, address, into, depth + 1) || instance;
            }
            // A block need not say where it is.
            if (!instance && ranges.isEmpty() && collect(child, address, into, depth + 1)) {
                return true;
            }
        }
        return false;
    }
}
