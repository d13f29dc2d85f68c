package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.flow.DisplacementRefusal;
import io.trapless.binary.flow.FunctionExit;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Instruction;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.plan.SitePlanner;
import io.trapless.tracer.resolve.ImageFile;
import io.trapless.tracer.resolve.Site;
import io.trapless.tracer.resolve.SiteKind;
import io.trapless.tracer.trap.TrapRefusal;
import io.trapless.tracer.trap.Traps;
import org.jspecify.annotations.Nullable;

/** Where a trap can stand in for a jump: only one byte is replaced, and the instruction is executed by the kernel. */
final class TrapSites {
    /** es, cs, ss, ds and lock: the kernel sets no uprobe before them ({@code is_prefix_bad}, arch/x86/kernel/uprobes.c). */
    private static final String BAD_PREFIXES = "&.6>\u00f0";

    /** Nops of these lengths the kernel replaces, since Linux 6.18, by a call that pushes onto the stack, over the function's red zone. */
    private static final int SHORTEST_REPLACED_NOP = 5;

    private static final int MAX_INSTRUCTION_BYTES = 15;

    private static final String PLACES = "traps are for functions' entries and returns, addresses and USDT probes";

    private TrapSites() {}

    /** Why no trap can stand in; null if one can, as far as the file tells. */
    static @Nullable TrapRefusal refusal(Site site, SitePlan.Refused refused, SitePlanners planners)
            throws ElfException {
        if (site.inlined() != null || site.kind() == SiteKind.EXITS) {
            return new TrapRefusal(PLACES);
        }
        return refusal(site.module().file(), address(site, planners), refused, planners);
    }

    /** The same for an exit of a function: only where it is left whenever the instruction is come to, and has its value then. */
    static @Nullable TrapRefusal refusal(
            ImageFile file, FunctionExit exit, SitePlan.Refused refused, SitePlanners planners) throws ElfException {
        return exit.kind() == FunctionExit.Kind.RETURN && exit.when() == FunctionExit.When.ALWAYS
                ? refusal(file, exit.address(), refused, planners)
                : new TrapRefusal(PLACES);
    }

    private static @Nullable TrapRefusal refusal(
            ImageFile file, long address, SitePlan.Refused refused, SitePlanners planners) throws ElfException {
        if (!leavesRoomForATrap(refused.reason())) {
            return new TrapRefusal("a trap is no safer there");
        }
        byte[] code = code(planners.planner(file), address);
        Instruction instruction = new Instruction();
        if (code == null || !Decoder.decode(code, 0, code.length, address, instruction)) {
            return new TrapRefusal("its first instruction can't be decoded");
        }
        if (instruction.isNop() && instruction.length() >= SHORTEST_REPLACED_NOP) {
            return new TrapRefusal(
                    "the kernel would replace the long nop there by a call, which writes over the red zone");
        }
        if (BAD_PREFIXES.indexOf(code[0] & 0xFF) >= 0) {
            return new TrapRefusal("the kernel sets no trap before an instruction with that prefix");
        }
        return Traps.unavailable();
    }

    /** Whether what forbids a jump is that it takes several bytes, or stack. */
    private static boolean leavesRoomForATrap(DisplacementRefusal reason) {
        return switch (reason) {
            case TARGET_INSIDE,
                    UNRESOLVED_JUMP,
                    CALL_NOT_LAST,
                    UNRELOCATABLE,
                    FUNCTION_TOO_SHORT,
                    NO_ISLAND,
                    SMALL_STACK -> true;
            case NOT_CODE, UNKNOWN_CODE, NOT_AN_INSTRUCTION, RSEQ_SECTION, SIGNAL_RETURN -> false;
        };
    }

    private static byte @Nullable [] code(SitePlanner planner, long address) {
        for (int length = MAX_INSTRUCTION_BYTES; length > 0; length--) {
            byte[] code = planner.code(address, length);
            if (code != null) {
                return code;
            }
        }
        return null;
    }

    /** Of the instruction, as the file states it. */
    static long address(Site site, SitePlanners planners) throws ElfException {
        boolean entry = site.kind() == SiteKind.ENTRY
                || (site.usdt() == null
                        && site.function() != null
                        && site.function().address() == site.fileAddress());
        return entry ? planners.planner(site.module().file()).entrySite(site.fileAddress()) : site.fileAddress();
    }
}
