package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RBX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;

import io.trapless.binary.flow.VforkCall;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.language.slice.Value;
import io.trapless.layout.RingDescriptor;
import io.trapless.layout.SessionHeaderDescriptor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Generates the code of sites in one code region of one process. The hot path, in order:
 *
 * <ol>
 *   <li>step over the red zone; save what is live of rax, rdx, r10, r11 and the flags;
 *   <li>for each probe: its enable byte, its filter, and the values that have to be computed, into the staging area;
 *   <li>the restartable sequence: CPU, ring, time, room, values, commit;
 *   <li>restore; the displaced instructions; back. (Displaced instructions that stand before the site run first; a patch with several points has all this for each.)
 * </ol>
 *
 * Before all of it, where the stack may be too short for it, {@link StackCheck}.
 *
 * The time stamp is read as soon as the ring's address is known and before its head is loaded: measured to overlap best with the rest. Stateless but for the region's facts; any thread may use it.
 */
public final class TrampolineCompiler {
    private static final int CODE_ALIGNMENT = 64;

    private final ProcessFacts facts;
    private final SharedRoutines shared;
    private final long regionStart;

    /**
     * @param regionStart where the code region begins; {@link #sharedCode} has to be written there
     */
    public TrampolineCompiler(ProcessFacts facts, long regionStart) {
        this.facts = facts;
        this.regionStart = regionStart;
        this.shared = SharedRoutines.generate(facts, regionStart);
    }

    /** The bytes that all trampolines of the region rely on, at its start. */
    public byte[] sharedCode() {
        return shared.code().clone();
    }

    /** {@link SharedRoutines#touchPages}. */
    public long touchPages() {
        return shared.touchPages();
    }

    /** Where the first trampoline may lie. */
    public long firstAddress() {
        return align(regionStart + shared.code().length);
    }

    /** The first address at or after {@code address} at which a trampoline may lie. */
    public static long align(long address) {
        return (address + CODE_ALIGNMENT - 1) & -CODE_ALIGNMENT;
    }

    /** Whether a probe would take more of the target's stack than is decent: 2 KiB. */
    public static boolean isTooLarge(SiteProbe probe) {
        return RecordPlan.stagingBound(probe) > RecordPlan.MAX_STAGING_BYTES;
    }

    /**
     * Emits what a thread does before a call that may make a vfork child, and the call itself where it makes one.
     *
     * @param syscall address of the {@code syscall} instruction; where control leaves the code at its end, that is to be executed
     */
    public void emitVforkCall(Assembler asm, VforkCall.Kind kind, long syscall) {
        new VforkCallCode(asm, facts).emit(kind, syscall + VforkCall.SYSCALL_BYTES);
    }

    /** The code of {@code site}, to lie at {@code address}. */
    public Trampoline compile(SiteCode site, long address) {
        Emission emission = new Emission(site, address, List.of());
        Trampoline trampoline = emission.emit();
        return emission.isSurelyInRoom() ? trampoline : new Emission(site, address, trampoline.stackBytes()).emit();
    }

    /** One compilation. */
    private final class Emission {
        private final SiteCode site;
        private final Assembler asm;
        private final List<PointEmission> points = new ArrayList<>();

        /** @param stackBytes what each point takes of the stack, so that it looks for them where they are not sure; empty where that is not known yet, and nobody looks */
        Emission(SiteCode site, long address, List<Integer> stackBytes) {
            this.site = site;
            this.asm = new Assembler(address);
            for (int i = 0; i < site.points().size(); i++) {
                SiteCode.Point point = site.points().get(i);
                boolean looks = !stackBytes.isEmpty()
                        && stackBytes.get(i) > point.stack().surely();
                StackCheck check = looks ? StackCheck.of(asm, facts, point, stackBytes.get(i)) : null;
                points.add(new PointEmission(point, site.children(), asm, check));
            }
        }

        boolean isSurelyInRoom() {
            return points.stream()
                    .allMatch(p -> p.stackBytes() <= p.point.stack().surely());
        }

        Trampoline emit() {
            long entry = asm.address();
            site.displaced().emit(asm, index -> points.get(index).emitProbes());
            asm.jmp(site.resume());
            points.forEach(PointEmission::emitCold);
            return new Trampoline(
                    entry,
                    asm.toByteArray(),
                    entry,
                    points.stream().map(PointEmission::stackBytes).toList());
        }
    }

    /** The code of one point's probes. */
    private final class PointEmission {
        private final SiteCode.Point point;
        private final UnknownChildren children;
        private final Assembler asm;
        private final @Nullable StackCheck check;
        private final Frame frame;
        private final Label leave;
        private final Label behind;
        private final boolean captureFlags;
        private final List<Block> blocks = new ArrayList<>();

        PointEmission(SiteCode.Point point, UnknownChildren children, Assembler asm, @Nullable StackCheck check) {
            this.point = point;
            this.children = children;
            this.asm = asm;
            this.check = check;
            this.leave = asm.label();
            this.behind = asm.label();
            Set<Gpr> saved = registersToSave(point);
            this.captureFlags = point.probes().stream().anyMatch(SiteProbe::readsFlags);
            int staging = 0;
            Frame probing = new Frame(asm, point.redZone(), saved, !point.flagsDead(), captureFlags, 0);
            for (SiteProbe probe : point.probes()) {
                Operands operands = new Operands(asm, probing, facts, probe.arguments(), point.address());
                staging = Math.max(staging, new RecordPlan(probe, operands).stagingBytes());
            }
            this.frame = new Frame(asm, point.redZone(), saved, !point.flagsDead(), captureFlags, staging);
            for (SiteProbe probe : point.probes()) {
                blocks.add(new Block(probe));
            }
        }

        void emitProbes() {
            if (point.flagsDead() && !captureFlags && blocks.size() == 1) {
                blocks.getFirst().emitEarlyOut(behind);
            }
            if (check != null) {
                check.emit();
            }
            frame.enter();
            for (Block block : blocks) {
                block.emitHot();
            }
            asm.bind(leave);
            frame.leave();
            asm.bind(behind);
        }

        void emitCold() {
            for (Block block : blocks) {
                block.emitCold();
            }
            if (check != null) {
                check.emitCold(point, behind);
            }
        }

        /** What is taken without a look; after the emission. */
        int stackBytes() {
            if (check != null) {
                return 0;
            }
            int routines = 0;
            for (SiteProbe probe : point.probes()) {
                routines = Math.max(routines, SharedRoutines.stackBytes(probe, facts));
            }
            return frame.deepest() + routines;
        }

        /** The record of one probe. */
        private final class Block {
            private final SiteProbe probe;
            private final RecordPlan plan;
            private final RecordCompiler record;
            private final ValueCompiler values;
            private final RingCode rings = new RingCode(asm, facts);
            /** The sequence inside the staging area's frame: the only one, or the one to which {@link #light} falls back. */
            private final RestartableSequence sequence = new RestartableSequence(asm, facts.rseq());

            /** The first attempt of a record that needs no staging area: it does without a retry word too. */
            private final RestartableSequence light = new RestartableSequence(asm, facts.rseq());

            private final Label fallBack = asm.label();
            private final boolean isLight;

            /** Whether its records go to the rseq ring first: an image of a stack takes a system call to fill in, which no sequence may have. */
            private final boolean usesSequence;

            /** What the probe does first of all, or null: then {@link #light} is its sequence, and records are for what it can't do. */
            private final @Nullable TableCode table;

            private final Label tableUnwanted = asm.label();
            private int depthFiltering;
            private final Label retry = asm.label();
            private final Label out = asm.label();
            private final Label unwanted = asm.label();
            private final Label next = asm.label();
            private final Label info = asm.label();
            private final Label slow = asm.label();
            private final Label notRegistered = asm.label();
            private final Label atomicFill = asm.label();
            private boolean enableChecked;
            private boolean filterChecked;
            private int depthOutside;
            private int depthInside;

            Block(SiteProbe probe) {
                this.probe = probe;
                Operands operands = new Operands(asm, frame, facts, probe.arguments(), point.address());
                this.plan = new RecordPlan(probe, operands);
                this.values = new ValueCompiler(asm, frame, operands, facts, shared, plan);
                this.record = new RecordCompiler(asm, frame, operands, values, facts, shared, probe, plan);
                this.usesSequence = facts.rseq().registered() && !probe.hasImage() && children != UnknownChildren.OFTEN;
                TableUpdate update = facts.rseq().registered() ? probe.update() : null;
                this.table = update == null ? null : new TableCode(asm, frame, values, facts, light, update);
                this.isLight = table == null && usesSequence && !plan.usesStaging();
            }

            /** Before anything is saved: what can be decided without a register. */
            void emitEarlyOut(Label target) {
                checkEnabled(target);
                enableChecked = true;
                if (probe.filter() != null) {
                    filterChecked = RegisterFilter.emit(asm, probe, target);
                }
            }

            private void checkEnabled(Label target) {
                asm.cmp(Mem.ripAbsolute(facts.enable() + probe.eventId()), 0, 1);
                asm.jcc(Condition.E, target);
            }

            void emitHot() {
                if (!enableChecked) {
                    checkEnabled(next);
                }
                depthOutside = frame.depth();
                Value filter = filterChecked ? null : probe.filter();
                if (filter != null && !plan.filterNeedsStaging()) {
                    values.noteFaultsOf(-1);
                    values.jumpUnless(filter, next);
                }
                if (table != null) {
                    emitTable(table, filter);
                } else if (isLight) {
                    emitStores();
                    emitSequence(light, fallBack, fallBack);
                    light.disarm();
                    mark();
                } else {
                    emitStaged(filter, true);
                }
                asm.bind(next);
            }

            private void emitTable(TableCode code, @Nullable Value filter) {
                if (filter != null && plan.filterNeedsStaging()) {
                    frame.openStaging();
                    depthFiltering = frame.depth();
                    values.noteFaultsOf(-1);
                    values.jumpUnless(filter, tableUnwanted);
                    frame.closeStaging();
                }
                code.emit(children);
                mark();
            }

            /** What the table does not take is recorded; its filter has let it pass. */
            private void emitTableFallBack(TableCode code) {
                if (depthFiltering > 0) {
                    asm.bind(tableUnwanted);
                    frame.assumeDepth(depthFiltering);
                    frame.closeStaging();
                    asm.jmp(next);
                }
                code.fallBack();
                emitStaged(null, false);
                asm.jmp(next);
            }

            /** Behind all captures: those of this event are to see what others have stored. */
            private void emitStores() {
                MirrorCode mirrors = new MirrorCode(asm, frame, values, facts);
                probe.stores().forEach(mirrors::store);
            }

            /** @param stores whether mirrors are still to be written */
            private void emitStaged(@Nullable Value filter, boolean stores) {
                frame.openStaging();
                if (filter != null && plan.filterNeedsStaging()) {
                    values.noteFaultsOf(-1);
                    values.jumpUnless(filter, unwanted);
                }
                record.compute();
                if (stores) {
                    emitStores();
                }
                depthInside = frame.depth();
                asm.bind(retry);
                if (usesSequence) {
                    emitSequence(sequence, notRegistered, slow);
                } else {
                    reserveAtomic();
                }
                asm.bind(out);
                if (usesSequence) {
                    sequence.disarm(); // on every way out: the cold routines arm sequences of their own
                }
                mark();
                asm.bind(unwanted);
                frame.closeStaging();
            }

            /** Tells the tracer that a trigger has fired: behind the record, which a reader will then find. */
            private void mark() {
                if (probe.trigger() != SiteProbe.NO_TRIGGER) {
                    long fired = facts.enable()
                            - SessionHeaderDescriptor.ENABLE_OFFSET
                            + SessionHeaderDescriptor.FIRED_OFFSET;
                    asm.mov(Mem.ripAbsolute(fired + probe.trigger()), 1, 1);
                }
            }

            private void emitSequence(RestartableSequence attempt, Label ifNotRegistered, Label ifFull) {
                attempt.arm(RAX);
                rings.rseqRing(R10, ifNotRegistered, children != UnknownChildren.NONE);
                rings.recordHeader(probe.eventId());
                asm.mov(R11, Mem.of(R10, RingDescriptor.HEAD_OFFSET), 8);
                if (plan.isVariable()) {
                    record.size(RAX);
                    asm.add(RAX, R11, 8);
                } else {
                    asm.lea(RAX, Mem.of(R11, plan.fixedSize()));
                }
                asm.cmp(RAX, Mem.of(R10, RingDescriptor.LIMIT_OFFSET), 8);
                asm.jcc(Condition.A, ifFull);
                asm.and(R11, facts.dataMask(), 4);
                asm.lea(R11, Mem.of(R10, R11, 1, RingDescriptor.DATA_OFFSET));
                record.store();
                asm.mov(Mem.of(R11, 0), RDX, 8);
                Mem head = Mem.of(R10, RingDescriptor.HEAD_OFFSET);
                if (plan.isVariable()) {
                    record.size(RAX);
                    asm.add(head, RAX, 8);
                } else {
                    asm.add(head, plan.fixedSize(), 8);
                }
                attempt.end();
            }

            /** Where the first attempt of a light record goes if it is aborted or does not fit: the same once more, with all that the cold routines count on. */
            private void emitFallBack() {
                light.abortHandler();
                asm.bind(fallBack);
                frame.assumeDepth(depthOutside);
                emitStaged(null, false);
                asm.jmp(next);
            }

            private void reserveAtomic() {
                callShared(shared.atomicReserve());
            }

            /** Jumps to a shared routine with r11 and rdx as it wants them. */
            private void callShared(long routine) {
                record.size(RDX);
                asm.lea(R11, Mem.rip(info));
                asm.jmp(routine);
            }

            private void commitAtomic() {
                if (facts.mode() == SessionHeaderDescriptor.MODE_OVERWRITE) {
                    asm.mov(RDX, R11, 8);
                    asm.sub(RDX, R10, 8);
                    asm.mov(RAX, frame.retryWord(), 8);
                    asm.lea(R11, Mem.rip(info));
                    asm.jmp(shared.commitAtomic());
                } else {
                    asm.mov(RAX, frame.retryWord(), 4);
                    asm.mov(Mem.of(R10, 0), RAX, 2); // the mark: the commit
                    asm.jmp(out);
                }
            }

            void emitCold() {
                if (isLight) {
                    emitFallBack();
                } else if (table != null) {
                    emitTableFallBack(table);
                }
                frame.assumeDepth(depthInside);
                asm.bind(atomicFill);
                record.store();
                asm.mov(Mem.of(R11, 0), RDX, 8);
                commitAtomic();
                if (usesSequence) {
                    asm.bind(slow);
                    callShared(shared.slow());
                    asm.bind(notRegistered);
                    callShared(shared.atomicReserve());
                    sequence.abortHandler();
                    asm.sub(frame.retryWord(), 1, 4);
                    asm.jcc(Condition.G, retry);
                    callShared(shared.lost());
                }
                SiteInfo.emit(asm, info, retry, out, atomicFill, probe.eventId());
                if (usesSequence) {
                    sequence.descriptor();
                }
                if (isLight || table != null) {
                    light.descriptor();
                }
            }
        }
    }

    /** What the code changes, less what is dead and not asked for. */
    private static Set<Gpr> registersToSave(SiteCode.Point site) {
        Set<Gpr> changed = EnumSet.of(RAX, RDX, R10, R11);
        Set<Gpr> read = EnumSet.noneOf(Gpr.class);
        for (SiteProbe probe : site.probes()) {
            boolean strings = false;
            if (probe.update() != null && probe.update().needsRcx()) {
                changed.add(RCX);
            }
            for (Value root : RecordPlan.roots(probe)) {
                strings |= root.contains(v -> v instanceof Value.StringAt
                        || v instanceof Value.BytesAt
                        || v instanceof Value.UserStack
                        || v instanceof Value.StackImage
                        || v instanceof Value.StringEquals);
                if (ValueCompiler.needsRcx(root)) {
                    changed.add(RCX);
                }
                RegistersRead.collect(root, probe.arguments(), read);
            }
            if (strings) {
                changed.addAll(List.of(RCX, RBX, RSI, RDI));
            }
        }
        changed.removeIf(r -> (site.deadRegisters() >> r.id() & 1) != 0 && !read.contains(r));
        return changed;
    }
}
