package io.trapless.tracer.session;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Relocation;
import io.trapless.binary.x86.Relocator;
import io.trapless.tracer.attach.RipMove;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.plan.SitePlan;
import io.trapless.tracer.plan.SitePlanner;
import io.trapless.tracer.trampoline.ProcessFacts;
import io.trapless.tracer.trampoline.SiteCode;
import io.trapless.tracer.trampoline.Trampoline;
import io.trapless.tracer.trampoline.TrampolineCompiler;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
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

    /** The longest jump a module may be away: half of what a 32-bit displacement reaches, so that there is always a hole for the region. */
    static final long MAX_SPAN = 1L << 30;

    private final List<ArmedSite> sites;
    private final long rangeStart;
    private final long rangeEnd;
    private final List<TextChange> changes = new ArrayList<>();
    private final List<RipMove> moves = new ArrayList<>();
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

    long rangeStart() {
        return rangeStart;
    }

    long rangeEnd() {
        return rangeEnd;
    }

    List<TextChange> changes() {
        return changes;
    }

    List<RipMove> moves() {
        return moves;
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

    /** The code for a region that begins at {@code start}; fills {@link #changes}, {@link #moves} and {@link #unplaceable}. */
    byte[] generate(ProcessFacts facts, long start) {
        changes.clear();
        moves.clear();
        unplaceable.clear();
        TrampolineCompiler compiler = new TrampolineCompiler(facts, start);
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        code.writeBytes(compiler.sharedCode());
        touchPages = compiler.touchPages();
        long next = compiler.firstAddress();
        for (ArmedSite site : sites) {
            code.writeBytes(new byte[(int) (next - start - code.size())]);
            Placement placement = new Placement(site);
            Trampoline trampoline = compiler.compile(placement.siteCode(), next);
            if (placement.refusal != null) {
                unplaceable.add(new Unplaceable(site, placement.refusal));
                continue;
            }
            code.writeBytes(trampoline.code());
            next = TrampolineCompiler.align(next + trampoline.code().length);
            changes.add(new TextChange(site.start(), site.plan().original(), jump(site, trampoline.entry())));
            moves.addAll(placement.moves);
        }
        return code.toByteArray();
    }

    /** A jump, and what is left of the displaced bytes as they were: nothing arrives there. */
    private static byte[] jump(ArmedSite site, long target) {
        byte[] bytes = site.plan().original().clone();
        Assembler asm = new Assembler(site.start());
        asm.jmp(target);
        System.arraycopy(asm.toByteArray(), 0, bytes, 0, SitePlanner.JUMP_BYTES);
        return bytes;
    }

    /** The copy of one site's displaced instructions. */
    private static final class Placement {
        private final ArmedSite site;
        private final List<RipMove> moves = new ArrayList<>();
        private @Nullable String refusal;

        Placement(ArmedSite site) {
            this.site = site;
        }

        SiteCode siteCode() {
            SitePlan.Jump plan = site.plan();
            return new SiteCode(
                    site.address(),
                    site.resume(),
                    plan.deadRegisters(),
                    plan.flagsDead(),
                    plan.vforkGuard(),
                    site.probes(),
                    this::copy);
        }

        private void copy(Assembler asm, Runnable atSite) {
            SitePlan.Jump plan = site.plan();
            Relocator.Hook hook = (original, _) -> {
                if (original == site.address()) {
                    atSite.run();
                }
            };
            switch (Relocator.relocate(plan.original(), 0, plan.range().codeBytes(), site.start(), asm, hook)) {
                case Relocation.Refused refused -> refusal = refused.reason().sentence();
                case Relocation.Copied copied -> {
                    for (Relocation.Move move : copied.moves()) {
                        moves.add(new RipMove(move.original(), move.copy()));
                    }
                }
            }
        }
    }
}
