package io.trapless.tracer.plan;

import io.trapless.binary.flow.CodeMap;
import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.Displacement;
import io.trapless.binary.flow.DisplacementRefusal;
import io.trapless.binary.flow.Evictions;
import io.trapless.binary.flow.FunctionExit;
import io.trapless.binary.flow.FunctionExit.When;
import io.trapless.binary.flow.FunctionFlow;
import io.trapless.binary.flow.ImageView;
import io.trapless.binary.flow.Islands;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Instruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Plans the sites of one image. Built once for an image, which is when its code is analysed; then each site takes microseconds. For one thread at a time.
 */
public final class SitePlanner implements PatchRoom {
    /** Bytes of stack below the red zone that a probe takes which captures nothing: four registers and the flags, a count, a word to compute in, and three more registers where a record does not fit. */
    public static final int LEAST_STACK = 80;

    private final CodeMap map;
    private final Islands islands;
    private final Evictions evictions;
    private final int registersInNotes;
    private final StackFacts stack;
    private final Instruction instruction = new Instruction();

    /**
     * @param registersInNotes bit n: an operand of a USDT note of the image names general register n. Nothing in the code shows that a tracer, this session or another, looks at it there, so it
     *     is dead nowhere
     */
    public SitePlanner(ImageView view, int registersInNotes) {
        this(view, registersInNotes, StackFacts.AMPLE);
    }

    /** @param stack what there is of it at an address */
    public SitePlanner(ImageView view, int registersInNotes, StackFacts stack) {
        this.stack = stack;
        this.map = CodeMap.analyze(view);
        this.islands = new Islands(map);
        this.evictions = new Evictions(map);
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
        return plan(address, When.ALWAYS);
    }

    /** Plans the nop of a USDT note: where a long nop stands behind it for tracers (sys/sdt.h of libbpf), that one becomes the jump. */
    public SitePlan planNote(long address) {
        SitePlan plan = plan(noteSite(address));
        CodeRange function = map.functionAt(address);
        if (plan instanceof SitePlan.Jump || function == null || !decode(address) || instruction.length() != 1) {
            return plan;
        }
        List<SitePlan.Jump> jumps = planWays(FunctionFlow.of(map, function).waysToNote(address));
        return jumps.isEmpty() ? plan : new SitePlan.Ways(jumps);
    }

    /** The nop of a USDT note that is patched. */
    long noteSite(long address) {
        if (decode(address) && instruction.isNop() && instruction.length() == 1) {
            long next = instruction.nextAddress();
            if (!map.isTarget(next)
                    && decode(next)
                    && instruction.isNop()
                    && instruction.length() >= DisplacedRange.JUMP_BYTES
                    && room(next, When.ALWAYS) instanceof DisplacedRange) {
                return next;
            }
        }
        return address;
    }

    /** Whether an address is a place at which somebody may want to look: the start of an instruction that is no padding, and no ENDBR64. */
    boolean isOffset(long address) {
        return decode(address) && !instruction.isPadding() && !instruction.isEndbr64();
    }

    /** The address of the next instruction; where nothing can be decoded, of the next byte. */
    long next(long address) {
        return decode(address) ? instruction.nextAddress() : address + 1;
    }

    CodeMap map() {
        return map;
    }

    /** {@link CodeMap#isTrapOfOthers}. */
    public boolean isTrapOfOthers(CodeRange range) {
        return map.isTrapOfOthers(range);
    }

    /** Plans all ways out of a function whose range its symbol tells. */
    public FunctionExits planExits(CodeRange function) {
        FunctionFlow flow = FunctionFlow.of(map, function);
        List<PlannedExit> exits = new ArrayList<>();
        for (FunctionExit exit : flow.exits()) {
            exits.add(planExit(flow, exit));
        }
        return new FunctionExits(exits, flow.doubts());
    }

    private PlannedExit planExit(FunctionFlow flow, FunctionExit exit) {
        SitePlan plan = plan(exit.address(), exit.when());
        if (plan instanceof SitePlan.Refused refused) {
            List<SitePlan.Jump> jumps = planWays(flow.waysTo(exit));
            return new PlannedExit(exit, jumps, jumps.isEmpty() ? refused : null);
        }
        return new PlannedExit(exit, plan.jumps(), null);
    }

    /** Empty if not all of them can be patched. */
    private List<SitePlan.Jump> planWays(List<FunctionFlow.Way> ways) {
        List<SitePlan.Jump> jumps = new ArrayList<>();
        for (FunctionFlow.Way way : ways) {
            if (!(plan(way.address(), way.when()) instanceof SitePlan.Jump jump)) {
                return List.of();
            }
            jumps.add(jump);
        }
        return jumps;
    }

    private SitePlan plan(long address, When when) {
        return switch (room(address, when)) {
            case Displacement.Refused refused -> SitePlan.Refused.of(refused);
            case DisplacedRange range -> jump(range, when);
        };
    }

    /** Where a jump for a site can go; a range too short for a long jump has room for an island near. */
    Displacement room(long address, When when) {
        if (stack.bytesLeft(address) < LEAST_STACK + stack.redZone(address) && !canLookForStack(address)) {
            return new Displacement.Refused(DisplacementRefusal.SMALL_STACK, address, null);
        }
        Displacement roomy = displace(address, when, DisplacedRange.JUMP_BYTES);
        if (roomy instanceof DisplacedRange) {
            return roomy;
        }
        if (displace(address, when, DisplacedRange.SHORT_JUMP_BYTES) instanceof DisplacedRange range) {
            return hasPadding(range) || evictionNear(codeRange(range), _ -> true) != null
                    ? range
                    : new Displacement.Refused(DisplacementRefusal.NO_ISLAND, address, null);
        }
        return roomy;
    }

    private boolean canLookForStack(long address) {
        ImageView.Section section = map.sectionAt(address);
        return section != null && Jumps.canLookForStack(address, section, registersInNotes, stack);
    }

    private Displacement displace(long address, When when, int bytes) {
        return when == When.FROM_BEFORE
                ? DisplacedRange.planBefore(map, address, bytes)
                : DisplacedRange.plan(map, address, bytes);
    }

    private static CodeRange codeRange(DisplacedRange range) {
        return new CodeRange(range.address(), range.end());
    }

    private boolean hasPadding(DisplacedRange range) {
        for (CodeRange padding : islands.near(range.address())) {
            long last = padding.end() - DisplacedRange.JUMP_BYTES;
            for (long island = padding.start(); island <= last; island++) {
                if (Islands.reaches(range.address(), island)) {
                    return true;
                }
            }
        }
        return false;
    }

    private SitePlan jump(DisplacedRange range, When when) {
        ImageView.Section section = map.sectionAt(range.site());
        if (section == null) {
            return SitePlan.Refused.of(new Displacement.Refused(DisplacementRefusal.NOT_CODE, range.site(), null));
        }
        return Jumps.plan(range, section, tactic(range), when, registersInNotes, stack);
    }

    /** What was done to find a range. */
    Tactic tactic(DisplacedRange range) {
        if (range.lengthBytes() < DisplacedRange.JUMP_BYTES) {
            return hasPadding(range) ? Tactic.ISLAND : Tactic.EVICTION;
        }
        if (range.isBackward()) {
            return Tactic.BACKWARD;
        }
        return Jumps.forward(range, Objects.requireNonNull(map.sectionAt(range.address())));
    }

    private boolean decode(long address) {
        ImageView.Section section = map.sectionAt(address);
        if (section == null) {
            return false;
        }
        byte[] text = section.bytes();
        return Decoder.decode(text, Math.toIntExact(address - section.address()), text.length, address, instruction);
    }

    @Override
    public @Nullable DisplacedRange evictionNear(CodeRange shortJump, Predicate<DisplacedRange> isFree) {
        return evictions.find(shortJump, isFree);
    }

    @Override
    public List<CodeRange> islandsNear(long address) {
        return islands.near(address);
    }

    @Override
    public byte @Nullable [] code(long address, int lengthBytes) {
        return Jumps.code(map.sectionAt(address), address, lengthBytes);
    }
}
