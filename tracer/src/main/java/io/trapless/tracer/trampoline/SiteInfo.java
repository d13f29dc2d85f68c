package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Label;

/**
 * The few words, beside a site's code, by which shared code finds its way back to it. A site's cold part puts the address of its SiteInfo into r11 and the record's size into rdx
 * and jumps.
 *
 * <pre>
 *   offset  size  field
 *   ------  ----  ----------------------------------------------------------
 *        0     4  retry       where the rseq path begins, relative to this
 *        4     4  out         where the event ends, relative to this
 *        8     4  atomicFill  where a reserved atomic record is filled
 *       12     4  eventId
 * </pre>
 */
final class SiteInfo {
    static final int RETRY = 0;
    static final int OUT = 4;
    static final int ATOMIC_FILL = 8;
    static final int EVENT_ID = 12;

    private SiteInfo() {}

    /** Emits it; all labels must be bound. */
    static void emit(Assembler asm, Label info, Label retry, Label out, Label atomicFill, int eventId) {
        asm.align(4);
        asm.bind(info);
        long base = asm.addressOf(info);
        asm.dd((int) (asm.addressOf(retry) - base));
        asm.dd((int) (asm.addressOf(out) - base));
        asm.dd((int) (asm.addressOf(atomicFill) - base));
        asm.dd(eventId);
    }
}
