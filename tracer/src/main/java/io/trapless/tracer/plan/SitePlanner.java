package io.trapless.tracer.plan;

import io.trapless.binary.flow.CodeMap;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.Displacement;
import io.trapless.binary.flow.ImageView;
import io.trapless.binary.x86.Liveness;
import java.util.Arrays;

/**
 * Plans the sites of one image. Built once for an image, which is when its code is analysed; then each site takes microseconds. For one thread at a time.
 */
public final class SitePlanner {
    /** Bytes of a jump with a 32-bit displacement. */
    public static final int JUMP_BYTES = 5;

    /** Instructions to look ahead for what is dead: nearly all that can be found is found in a few. */
    private static final int LIVENESS_INSTRUCTIONS = 32;

    private final CodeMap map;
    private final boolean vforkGuard;
    private final int registersInNotes;

    /**
     * @param vforkGuard whether code of this image may run between vfork and exec
     * @param registersInNotes bit n: an operand of a USDT note of the image names general register n. Nothing in the code shows that a tracer, this session or another, looks at it there, so it
     *     is dead nowhere
     */
    public SitePlanner(ImageView view, boolean vforkGuard, int registersInNotes) {
        this.map = CodeMap.analyze(view);
        this.vforkGuard = vforkGuard;
        this.registersInNotes = registersInNotes;
    }

    /** Where a function is patched: behind its ENDBR64, if it has one. */
    public long entrySite(long functionStart) {
        return map.entrySite(functionStart);
    }

    /** Whether an instruction begins at {@code address}, as decoding from the function's start on tells. */
    public boolean isInstruction(long functionStart, long address) {
        return map.isInstructionBoundary(functionStart, address);
    }

    /** Plans a site at an address of the file. */
    public SitePlan plan(long address) {
        return switch (DisplacedRange.plan(map, address, JUMP_BYTES)) {
            case Displacement.Refused refused -> new SitePlan.Refused(sentence(refused));
            case DisplacedRange range -> jump(range);
        };
    }

    private SitePlan jump(DisplacedRange range) {
        ImageView.Section section = map.sectionAt(range.address());
        if (section == null) {
            return new SitePlan.Refused("no code of the image is at this address");
        }
        int offset = Math.toIntExact(range.address() - section.address());
        byte[] text = section.bytes();
        byte[] original = Arrays.copyOfRange(text, offset, offset + range.lengthBytes());
        int site = Math.toIntExact(range.site() - section.address());
        int dead = Liveness.registersDeadAt(text, site, text.length, range.site(), LIVENESS_INSTRUCTIONS)
                & ~registersInNotes;
        boolean flagsDead = Liveness.flagsDeadAt(text, site, text.length, range.site(), LIVENESS_INSTRUCTIONS);
        return new SitePlan.Jump(range, original, dead, flagsDead, vforkGuard);
    }

    private static String sentence(Displacement.Refused refused) {
        String reason = refused.detail() != null
                ? refused.detail().sentence()
                : refused.reason().sentence();
        return reason + " (at 0x" + Long.toHexString(refused.at()) + ")";
    }
}
