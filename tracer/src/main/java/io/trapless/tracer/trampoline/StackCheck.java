package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.language.slice.Value;
import io.trapless.layout.RingDescriptor;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether there is as much stack as a point's probes take, where that is not sure. It uses none itself: a register that is dead, and the flags. Where there is too little the events are counted as lost, in the atomic ring of the first CPU, whose counters only locked instructions touch.
 */
final class StackCheck {
    private final Assembler asm;
    private final ProcessFacts facts;
    private final int boundAt;
    private final int bytes;
    private final Gpr register;
    private final Label tooLittle;

    private StackCheck(Assembler asm, ProcessFacts facts, int boundAt, int bytes, Gpr register) {
        this.asm = asm;
        this.facts = facts;
        this.boundAt = boundAt;
        this.bytes = bytes;
        this.register = register;
        this.tooLittle = asm.label();
    }

    /**
     * Null if the point has nothing to look with.
     *
     * @param bytes that are wanted below the stack pointer
     */
    static @Nullable StackCheck of(Assembler asm, ProcessFacts facts, SiteCode.Point point, int bytes) {
        Gpr register = scratch(point);
        boolean flags = point.flagsDead() && point.probes().stream().noneMatch(SiteProbe::readsFlags);
        return register == null || !flags || point.stack().boundAt().isEmpty()
                ? null
                : new StackCheck(asm, facts, point.stack().boundAt().getAsInt(), bytes, register);
    }

    /** A register that neither the target nor a probe will look at. */
    private static @Nullable Gpr scratch(SiteCode.Point point) {
        Set<Gpr> read = EnumSet.noneOf(Gpr.class);
        for (SiteProbe probe : point.probes()) {
            for (Value root : RecordPlan.roots(probe)) {
                RegistersRead.collect(root, probe.arguments(), read);
            }
        }
        for (Gpr register : Gpr.values()) {
            if ((point.deadRegisters() >> register.id() & 1) != 0 && !read.contains(register)) {
                return register;
            }
        }
        return null;
    }

    /** Emits the look. Goes on where there is enough. */
    void emit() {
        asm.mov(register, Mem.fs(boundAt), 8);
        asm.test(register, register, 8);
        asm.jcc(Condition.E, tooLittle);
        asm.mov(register, Mem.of(register, 0), 8);
        asm.lea(register, Mem.of(register, bytes));
        asm.cmp(Gpr.RSP, register, 8);
        asm.jcc(Condition.B, tooLittle);
    }

    /** Emits what is done where there is too little, which goes on at {@code behind}. */
    void emitCold(SiteCode.Point point, Label behind) {
        asm.bind(tooLittle);
        asm.mov(register, facts.atomicRings());
        for (SiteProbe probe : point.probes()) {
            Label off = asm.label();
            asm.cmp(Mem.ripAbsolute(facts.enable() + probe.eventId()), 0, 1);
            asm.jcc(Condition.E, off);
            asm.lockInc(Mem.of(register, RingDescriptor.LOST_BY_EVENT_OFFSET + 8 * probe.eventId()), 8);
            asm.lockInc(Mem.of(register, RingDescriptor.LOST_OFFSET), 8);
            asm.bind(off);
        }
        asm.jmp(behind);
    }
}
