package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.unwind.CfaRule;
import io.trapless.binary.unwind.FrameRow;
import io.trapless.binary.unwind.RegisterRule;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Value;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.resolve.SiteKind;
import io.trapless.tracer.trampoline.FrameStart;
import org.jspecify.annotations.Nullable;

/** Where the stack of a site begins, by its file's call frame information. */
final class FrameStarts {
    private FrameStarts() {}

    /**
     * At a function's entry the return address is on top; a part of one may begin within its frame. Elsewhere the file tells; where it doesn't, rbp is taken for a frame pointer.
     *
     * @param fileAddress of the instruction
     * @param program what is captured there
     */
    static FrameStart at(Site site, long fileAddress, CaptureProgram program) {
        boolean entry = site.kind() == SiteKind.ENTRY
                && (site.function() == null || !site.function().isPart());
        if (entry || program.captures().stream().noneMatch(c -> c.value() instanceof Value.UserStack)) {
            return FrameStart.RETURN_ON_TOP;
        }
        FrameRow row;
        try {
            row = site.module().file().frames().rowAt(fileAddress);
        } catch (ElfException e) {
            row = null; // a damaged description describes nothing
        }
        FrameStart known = row == null ? null : of(row);
        return known == null ? FrameStart.IN_FRAME : known;
    }

    /** Null if it can't be said as a distance. */
    private static @Nullable FrameStart of(FrameRow row) {
        if (!(row.cfa() instanceof CfaRule.RegisterPlus(int register, long bytes))
                || (register != FrameRow.RSP && register != FrameRow.RBP)
                || !(row.rule(FrameRow.RETURN_ADDRESS) instanceof RegisterRule.AtOffset(long returnAddress))) {
            return null;
        }
        boolean saved = row.rule(FrameRow.RBP) instanceof RegisterRule.AtOffset;
        long pointer = row.rule(FrameRow.RBP) instanceof RegisterRule.AtOffset(long offset) ? offset : 0;
        long first = bytes + returnAddress;
        long second = bytes + pointer;
        return first == (int) first && second == (int) second
                ? new FrameStart(false, register == FrameRow.RBP, (int) first, saved, (int) second)
                : null;
    }
}
