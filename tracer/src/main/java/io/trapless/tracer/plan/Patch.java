package io.trapless.tracer.plan;

import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.Evictions;
import io.trapless.binary.flow.FunctionExit.When;
import io.trapless.binary.flow.VforkCall;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One change of the code: a jump over some instructions, whose copy runs the code of one or more probes, each at its own instruction. Addresses are as the file states them.
 *
 * @param address where the jump goes
 * @param original the bytes that may be overwritten, padding included
 * @param codeBytes of these that are instructions to be copied; none of padding
 * @param island where the long jump stands if there is only room for a short one at {@code address}; null if there is room
 * @param vforkCall the call that stands behind the displaced instructions and that their copy is to make; null if there is none
 * @param points by address; none where instructions only make room, or only the call matters
 */
@SuppressWarnings("ArrayRecordComponent")
public record Patch(
        long address,
        byte[] original,
        int codeBytes,
        @Nullable Island island,
        VforkCall.@Nullable Kind vforkCall,
        List<Point> points) {
    public Patch {
        points = List.copyOf(points);
        if ((original.length < DisplacedRange.JUMP_BYTES) != (island != null)) {
            throw new IllegalArgumentException(original.length + " bytes and an island: " + island);
        }
    }

    /**
     * Room for a jump to another patch's copy.
     *
     * @param jump where that jump stands
     * @param place what is changed for it: padding, or instructions that are displaced and leave room for a second jump behind their own
     */
    public record Island(long jump, Patch place) {
        static Island ofPadding(long address, byte[] original) {
            return new Island(address, new Patch(address, original, 0, null, null, List.of()));
        }

        static Island ofInstructions(DisplacedRange range, byte[] original) {
            return new Island(
                    Evictions.island(range),
                    new Patch(range.address(), original, range.codeBytes(), null, null, List.of()));
        }

        /** Whether instructions have to be displaced for it. */
        public boolean displaces() {
            return place.codeBytes() > 0;
        }
    }

    /**
     * Where the code of probes runs.
     *
     * @param address of an instruction of the range, or behind its last
     * @param deadRegisters as in {@link SitePlan.Jump}, and so are the others
     */
    public record Point(
            long address,
            When when,
            int deadRegisters,
            boolean flagsDead,
            int stackLeft,
            int redZone,
            @Nullable StackBound bound) {
        /**
         * The same with what probes elsewhere capture kept alive: the code no longer reads it, but they do, further on.
         *
         * @param registers bit n: general register n
         */
        public Point keeping(int registers, boolean flags) {
            return new Point(address, when, deadRegisters & ~registers, flagsDead && !flags, stackLeft, redZone, bound);
        }
    }

    /** That of a call alone. */
    public static Patch of(VforkCall call) {
        return new Patch(call.address(), call.original(), call.kind().displacedBytes(), null, call.kind(), List.of());
    }

    /** The address behind the last byte that may be overwritten. */
    public long end() {
        return address + original.length;
    }

    /** Whether the byte at an address may be overwritten. */
    public boolean covers(long anAddress) {
        return address <= anAddress && anAddress < end();
    }

    /** Where control goes on behind the copied instructions. */
    public long resume() {
        return address + codeBytes;
    }
}
