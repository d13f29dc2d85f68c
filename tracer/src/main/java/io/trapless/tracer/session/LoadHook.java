package io.trapless.tracer.session;

import io.trapless.binary.x86.Assembler;
import io.trapless.tracer.attach.DynamicLinker;
import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.plan.Patch;
import io.trapless.tracer.trampoline.LoadNotifier;
import java.util.List;

/**
 * Makes a process's dynamic linker tell when it has loaded or unloaded something.
 *
 * @param slot where it tells, of the session's header
 */
record LoadHook(DynamicLinker linker, int slot) {
    /** The code for a page at {@code start}. */
    byte[] code(long start, long rings, long cyclesPerSecond) {
        return compile(start, rings, cyclesPerSecond).bytes();
    }

    private LoadNotifier.Code compile(long start, long rings, long cyclesPerSecond) {
        return LoadNotifier.compile(start, linker.state(), rings, slot, cyclesPerSecond);
    }

    /** The jump to it. */
    TextChange change(long start) {
        Assembler jump = new Assembler(linker.hook());
        jump.jmp(start);
        return new TextChange(linker.hook(), linker.original(), jump.toByteArray());
    }

    /** Whether a patch takes bytes that its jump needs: the function's own, or padding behind it. */
    boolean isInTheWayOf(ArmedSite site) {
        Patch.Island island = site.patch().island();
        return overlaps(site.start(), site.end())
                || (island != null
                        && overlaps(
                                island.place().address() + site.loadBias(),
                                island.place().end() + site.loadBias()));
    }

    private boolean overlaps(long start, long end) {
        return start < linker.hook() + DynamicLinker.JUMP_BYTES && linker.hook() < end;
    }

    /** A thread that stands before the function's return is moved before that of the code. */
    List<RipMove> moves(long start, long rings, long cyclesPerSecond) {
        int end = compile(start, rings, cyclesPerSecond).returnOffset();
        return List.of(new RipMove(linker.hook(), start), new RipMove(linker.returnAddress(), start + end));
    }
}
