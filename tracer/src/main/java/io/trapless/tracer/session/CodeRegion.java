package io.trapless.tracer.session;

import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Relocation;
import io.trapless.binary.x86.Relocator;
import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.plan.Patch;
import io.trapless.tracer.plan.StackBound;
import io.trapless.tracer.trampoline.ProcessFacts;
import io.trapless.tracer.trampoline.SiteCode;
import io.trapless.tracer.trampoline.StackLimit;
import io.trapless.tracer.trampoline.Trampoline;
import io.trapless.tracer.trampoline.TrampolineCompiler;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The machine code for those sites of a process that one stretch of memory can reach.
 *
 * <pre>
 *   page-aligned  code: shared routines, then one trampoline after another          R-X, private
 *                 the session's header with the enable bytes, mapped again          RW-, shared
 *                 the pid cell: a page that fork wipes                              RW-, private
 * </pre>
 */
final class CodeRegion {
    private static final int PAGE = 4096;
    private static final byte SHORT_JUMP = (byte) 0xEB;

    /** The longest jump a module may be away: half of what a 32-bit displacement reaches, so that there is always a hole for the region. */
    static final long MAX_SPAN = 1L << 30;

    private final List<ArmedSite> sites;
    private final long rangeStart;
    private final long rangeEnd;
    private final List<TextChange> changes = new ArrayList<>();
    private final List<RipMove> moves = new ArrayList<>();
    private final List<TextChange> islands = new ArrayList<>();
    private final List<RipMove> islandMoves = new ArrayList<>();
    private final List<Unplaceable> unplaceable = new ArrayList<>();
    private long touchPages;

    /** A site whose displaced instructions can't be copied to where the region lies. */
    record Unplaceable(ArmedSite site, String sentence) {}

    /**
     * @param sites in order of address
     */
    CodeRegion(List<ArmedSite> sites) {
        this.sites = List.copyOf(sites);
        this.rangeStart = sites.getFirst().start();
        this.rangeEnd = sites.getLast().end();
    }

    /** Divides sites, in order of address, into regions. */
    static List<CodeRegion> divide(List<ArmedSite> sorted) {
        List<CodeRegion> regions = new ArrayList<>();
        int first = 0;
        for (int i = 1; i <= sorted.size(); i++) {
            if (i == sorted.size() || sorted.get(i).end() - sorted.get(first).start() > MAX_SPAN) {
                regions.add(new CodeRegion(sorted.subList(first, i)));
                first = i;
            }
        }
        return regions;
    }

    /** In order of address. */
    List<ArmedSite> sites() {
        return sites;
    }

    long rangeStart() {
        return rangeStart;
    }

    long rangeEnd() {
        return rangeEnd;
    }

    /** What is written over the displaced instructions. */
    List<TextChange> changes() {
        return changes;
    }

    /** Of the instructions that {@link #changes} overwrite, to their copies. */
    List<RipMove> moves() {
        return moves;
    }

    /** What is written over padding, and over instructions that make room, before any short jump leads there. */
    List<TextChange> islands() {
        return islands;
    }

    /** Of the instructions that {@link #islands} overwrite, to their copies. */
    List<RipMove> islandMoves() {
        return islandMoves;
    }

    List<Unplaceable> unplaceable() {
        return unplaceable;
    }

    /** Of the generated code: the routine with which a lent thread touches memory, see {@link TrampolineCompiler#touchPages}. */
    long touchPages() {
        return touchPages;
    }

    /** Bytes of code, whole pages, wherever it will lie. */
    long codeSize(ProcessFacts facts) {
        // The code's size does not depend on the place, as long as addresses need all their bytes; a trampoline's share
        // is rounded up.
        byte[] code = generate(facts, rangeStart + MAX_SPAN / 2);
        return (code.length + 2L * PAGE - 1) & -PAGE;
    }

    /** The code for a region that begins at {@code start}; fills the lists that this region tells. */
    byte[] generate(ProcessFacts facts, long start) {
        changes.clear();
        moves.clear();
        islands.clear();
        islandMoves.clear();
        unplaceable.clear();
        TrampolineCompiler compiler = new TrampolineCompiler(facts, start);
        touchPages = compiler.touchPages();
        Trampolines trampolines = new Trampolines(compiler, start);
        for (ArmedSite site : sites) {
            try {
                place(site, trampolines);
            } catch (UnplaceableException e) {
                unplaceable.add(new Unplaceable(site, e.sentence()));
            }
        }
        return trampolines.code.toByteArray();
    }

    /** The jump, or the short jump and, to be written before it, the one in the island. */
    private void place(ArmedSite site, Trampolines trampolines) throws UnplaceableException {
        Patch.Island island = site.patch().island();
        Placed placed = trampolines.place(site);
        if (island == null) {
            changes.add(change(site, asm -> asm.jmp(placed.entry)));
        } else {
            ArmedSite room = ArmedSite.withoutProbes(site.loadBias(), island.place());
            long jump = island.jump() + site.loadBias();
            if (island.displaces()) {
                Placed aside = trampolines.place(room);
                islandMoves.addAll(aside.moves);
                islands.add(change(room, asm -> {
                    asm.jmp(aside.entry);
                    asm.jmp(placed.entry);
                }));
            } else {
                islands.add(change(room, asm -> asm.jmp(placed.entry)));
            }
            long distance = jump - site.start() - DisplacedRange.SHORT_JUMP_BYTES;
            changes.add(change(site, asm -> asm.db(SHORT_JUMP, (byte) Math.toIntExact(distance))));
        }
        moves.addAll(placed.moves);
    }

    /**
     * One trampoline, in its place.
     *
     * @param moves of displaced instructions to their copies
     */
    private record Placed(long entry, List<RipMove> moves) {}

    /** The displaced instructions can't be copied to where the code lies. */
    private static final class UnplaceableException extends Exception {
        private static final long serialVersionUID = 1;

        UnplaceableException(String sentence) {
            super(sentence, null, false, false);
        }

        String sentence() {
            return Objects.requireNonNull(getMessage());
        }
    }

    /** The code of a region, one trampoline after another. */
    private static final class Trampolines {
        private final TrampolineCompiler compiler;
        private final long start;
        private final ByteArrayOutputStream code = new ByteArrayOutputStream();
        private long next;

        Trampolines(TrampolineCompiler compiler, long start) {
            this.compiler = compiler;
            this.start = start;
            this.next = compiler.firstAddress();
            code.writeBytes(compiler.sharedCode());
        }

        Placed place(ArmedSite site) throws UnplaceableException {
            Placement placement = new Placement(site, compiler);
            Trampoline trampoline = compiler.compile(placement.siteCode(), next);
            if (placement.refusal != null) {
                throw new UnplaceableException(placement.refusal);
            }
            requireStack(site, trampoline);
            code.writeBytes(new byte[(int) (next - start - code.size())]);
            code.writeBytes(trampoline.code());
            next = TrampolineCompiler.align(next + trampoline.code().length);
            return new Placed(trampoline.entry(), placement.moves);
        }
    }

    /** A jump, and what is left of the displaced bytes as they were: nothing arrives there. */
    private static TextChange change(ArmedSite site, Consumer<Assembler> jump) {
        byte[] original = site.patch().original();
        byte[] bytes = original.clone();
        Assembler asm = new Assembler(site.start());
        jump.accept(asm);
        byte[] code = asm.toByteArray();
        System.arraycopy(code, 0, bytes, 0, code.length);
        return new TextChange(site.start(), original, bytes);
    }

    private static void requireStack(ArmedSite site, Trampoline trampoline) throws UnplaceableException {
        for (int i = 0; i < site.points().size(); i++) {
            int left = site.points().get(i).point().stackLeft();
            int taken = trampoline.stackBytes().get(i);
            if (taken > left) {
                throw new UnplaceableException("what is captured takes " + taken
                        + " bytes of stack, and a goroutine may have only " + left + " left there; capture less");
            }
        }
    }

    /** The copy of one site's displaced instructions. */
    private static final class Placement {
        private final ArmedSite site;
        private final TrampolineCompiler compiler;
        private final List<RipMove> moves = new ArrayList<>();
        private @Nullable String refusal;

        Placement(ArmedSite site, TrampolineCompiler compiler) {
            this.site = site;
            this.compiler = compiler;
        }

        SiteCode siteCode() {
            List<SiteCode.Point> points = new ArrayList<>();
            for (ArmedSite.ArmedPoint armed : site.points()) {
                Patch.Point point = armed.point();
                points.add(new SiteCode.Point(
                        point.address() + site.loadBias(),
                        point.deadRegisters(),
                        point.flagsDead(),
                        point.redZone(),
                        limit(point),
                        armed.probes()));
            }
            return new SiteCode(site.resume(), site.children(), points, this::copy);
        }

        private static StackLimit limit(Patch.Point point) {
            StackBound bound = point.bound();
            return new StackLimit(
                    point.stackLeft(), bound == null ? OptionalInt.empty() : OptionalInt.of(bound.threadOffset()));
        }

        private void copy(Assembler asm, IntConsumer atPoint) {
            moves.clear(); // the compiler may have it emitted twice
            Patch patch = site.patch();
            Relocator.Hook hook = (original, _) -> emitPoints(original, asm, atPoint);
            switch (Relocator.relocate(patch.original(), 0, patch.codeBytes(), site.start(), asm, hook)) {
                case Relocation.Refused refused -> refusal = refused.reason().sentence();
                case Relocation.Copied copied -> {
                    for (Relocation.Move move : copied.moves()) {
                        moves.add(new RipMove(move.original(), move.copy()));
                    }
                    emitPoints(site.resume(), asm, atPoint);
                    if (patch.vforkCall() != null) {
                        compiler.emitVforkCall(asm, patch.vforkCall(), site.resume());
                    }
                }
            }
        }

        private void emitPoints(long address, Assembler asm, IntConsumer atPoint) {
            for (int i = 0; i < site.points().size(); i++) {
                Patch.Point point = site.points().get(i).point();
                if (point.address() + site.loadBias() == address) {
                    emit(point, asm, i, atPoint);
                }
            }
        }

        private void emit(Patch.Point point, Assembler asm, int index, IntConsumer atPoint) {
            switch (point.when()) {
                case ALWAYS, FROM_BEFORE -> atPoint.accept(index);
                case IF_TAKEN -> emitUnless(condition(point).negate(), asm, index, atPoint);
                case UNLESS_TAKEN -> emitUnless(condition(point), asm, index, atPoint);
            }
        }

        private static void emitUnless(Condition condition, Assembler asm, int index, IntConsumer atPoint) {
            Label over = asm.label();
            asm.jcc(condition, over);
            atPoint.accept(index);
            asm.bind(over);
        }

        /** Of the conditional jump at a point. */
        private Condition condition(Patch.Point point) {
            byte[] code = site.patch().original();
            int offset = Math.toIntExact(point.address() - site.patch().address());
            Instruction instruction = new Instruction();
            if (!Decoder.decode(code, offset, code.length, point.address(), instruction)
                    || instruction.flow() != Flow.CONDITIONAL_JUMP) {
                throw new IllegalStateException("no conditional jump at " + Long.toHexString(point.address()));
            }
            return Condition.of(instruction.opcode());
        }
    }
}
