package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.R11;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSP;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.language.slice.TableShape.Buckets;
import io.trapless.language.types.AggregateKind;
import io.trapless.layout.AggregateTableDescriptor;
import io.trapless.tracer.table.TableLayout;

/**
 * Emits the update of a table: operands before the sequence, then one restartable sequence that ends in one store, see {@link AggregateTableDescriptor}. What can't be done here (no rseq, an interrupted sequence, no
 * room for a key) goes to {@link #fallBack}, where nothing has been changed: the event is recorded there.
 *
 * <p>A single operand is in rdx; several are on the stack, the last one at its top. In the sequence r11 is the slot, and in the end r10 the address and rax the value of the committing store.
 */
final class TableCode {
    private static final int STATE = AggregateTableDescriptor.STATE_OFFSET;
    private static final int TOTALS_MASK = AggregateTableDescriptor.TOTALS - 1;

    private final Assembler asm;
    private final Frame frame;
    private final ValueCompiler values;
    private final ProcessFacts facts;
    private final RingCode rings;
    private final RestartableSequence sequence;
    private final TableUpdate update;
    private final TableLayout.Place place;
    private final int keyCount;
    private final int operandCount;
    private final Label outside;
    private int depth;

    TableCode(
            Assembler asm,
            Frame frame,
            ValueCompiler values,
            ProcessFacts facts,
            RestartableSequence sequence,
            TableUpdate update) {
        this.asm = asm;
        this.frame = frame;
        this.values = values;
        this.facts = facts;
        this.rings = new RingCode(asm, facts);
        this.sequence = sequence;
        this.update = update;
        this.place = update.place();
        this.keyCount = update.keys().size();
        this.operandCount = update.values().size();
        this.outside = asm.label();
    }

    /** The whole of it, the sequence disarmed and the stack as before. */
    void emit(UnknownChildren children) {
        computeOperands();
        if (keyCount > 0) {
            computeHome();
        }
        depth = frame.depth();
        sequence.arm(RAX);
        rings.rseqCpu(R10, outside, children != UnknownChildren.NONE);
        asm.shl(RAX, place.strideBits());
        asm.mov(R10, facts.tables() + place.offset());
        if (keyCount > 0) {
            find();
        } else {
            updateOnly();
        }
        sequence.disarm();
        popOperands();
    }

    /** Where an event goes that could not be taken in; then stack and registers are as before {@link #emit}. To be bound in the cold part. */
    void fallBack() {
        sequence.abortHandler();
        asm.bind(outside);
        frame.assumeDepth(depth);
        popOperands();
    }

    // Before the sequence.

    private void computeOperands() {
        values.noteFaultsOf(-1);
        for (int i = 0; i < operandCount; i++) {
            values.evaluate(update.values().get(i));
            if (i == keyCount) {
                toBucket();
            }
            if (operandCount == 1) {
                asm.mov(RDX, RAX, 8);
            } else {
                frame.push(RAX);
            }
        }
    }

    private void popOperands() {
        if (operandCount > 1) {
            frame.drop(operandCount);
        }
    }

    /** rax = the bucket of rax, where values go to buckets. */
    private void toBucket() {
        switch (place.shape().buckets()) {
            case null -> {}
            case Buckets.Logarithmic(int bits) -> toLogarithmic(bits);
            case Buckets.Linear(long min, long max, long step) -> toLinear(min, max, step);
        }
    }

    private void toLogarithmic(int bits) {
        Label negative = asm.label();
        Label done = asm.label();
        asm.test(RAX, RAX, 8);
        asm.jcc(Condition.S, negative);
        if (bits == 0) {
            // of 2 * value + 1 the highest bit is 0 for 0, else one more than that of the value
            asm.lea(RAX, Mem.of(RAX, RAX, 1, 1));
            asm.bsr(RAX, RAX);
            asm.add(RAX, 1, 4);
        } else {
            Label small = asm.label();
            asm.cmp(RAX, 1 << bits, 8);
            asm.jcc(Condition.L, small);
            asm.bsr(RCX, RAX);
            asm.sub(RCX, bits, 4);
            asm.shrCl(RAX); // the highest bit and the part of the power of two
            asm.shl(RCX, bits);
            asm.add(RAX, RCX, 8);
            asm.bind(small);
            asm.add(RAX, 1, 8);
        }
        asm.jmp(done);
        asm.bind(negative);
        asm.xor(RAX, RAX, 4);
        asm.bind(done);
    }

    private void toLinear(long min, long max, long step) {
        Label below = asm.label();
        Label done = asm.label();
        asm.mov(R10, min);
        asm.cmp(RAX, R10, 8);
        asm.jcc(Condition.L, below);
        asm.mov(R11, max);
        asm.cmp(RAX, R11, 8);
        asm.cmovcc(Condition.G, RAX, R11);
        asm.sub(RAX, R10, 8);
        if (Long.bitCount(step) == 1) {
            asm.shr(RAX, Long.numberOfTrailingZeros(step));
        } else {
            asm.mov(R10, step);
            asm.xor(RDX, RDX, 4);
            asm.div(R10);
        }
        asm.add(RAX, 1, 8);
        asm.jmp(done);
        asm.bind(below);
        asm.xor(RAX, RAX, 4);
        asm.bind(done);
    }

    /** r11 = offset of the key's home slot in the table. Clobbers rax. */
    private void computeHome() {
        asm.mov(R11, AggregateTableDescriptor.HASH_MULTIPLIER);
        if (operandCount == 1) {
            asm.imul(R11, RDX);
        } else {
            for (int i = 0; i < keyCount; i++) {
                if (i == 0) {
                    asm.mov(RAX, operand(i), 8);
                } else {
                    asm.xor(RAX, operand(i), 8);
                }
                asm.imul(RAX, R11);
            }
            asm.mov(R11, RAX, 8);
        }
        asm.shr(R11, Long.SIZE - place.homeBits());
        if (Integer.bitCount(place.slotBytes()) == 1) {
            asm.shl(R11, Integer.numberOfTrailingZeros(place.slotBytes()));
        } else {
            asm.imul(R11, R11, place.slotBytes());
        }
    }

    /** The place of an operand on the stack. */
    private Mem operand(int index) {
        return Mem.of(RSP, 8 * (operandCount - 1 - index));
    }

    /** {@code register = } an operand. */
    private void load(Gpr register, int index) {
        if (operandCount > 1) {
            asm.mov(register, operand(index), 8);
        } else if (register != RDX) {
            asm.mov(register, RDX, 8);
        }
    }

    // In the sequence.

    /** The one entry of a table without keys: rax + r10 is its slot. */
    private void updateOnly() {
        switch (place.shape().kind()) {
            case COUNT -> {
                asm.add(Mem.of(R10, RAX, 1, place.valueOffset()), 1, 8);
                sequence.end();
            }
            case HIST, LHIST -> {
                asm.add(R10, RAX, 8);
                asm.add(Mem.of(R10, RDX, 8, place.valueOffset()), 1, 8);
                sequence.end();
            }
            case MIN, MAX -> {
                Label insert = asm.label();
                Label commit = asm.label();
                Label done = asm.label();
                asm.lea(R11, Mem.of(R10, RAX, 1, 0));
                asm.cmp(Mem.of(R11, STATE), 0, 8);
                asm.jcc(Condition.E, insert);
                updateFound(done);
                asm.jmp(commit);
                insert(insert);
                commit(commit, done);
            }
            default -> {
                Label done = asm.label();
                asm.lea(R11, Mem.of(R10, RAX, 1, 0));
                updateFound(done);
                commit(asm.label(), done);
            }
        }
    }

    private void find() {
        Label next = asm.label();
        Label insert = asm.label();
        Label commit = asm.label();
        Label done = asm.label();
        asm.add(R11, RAX, 8);
        asm.add(R11, R10, 8);
        asm.mov(R10, AggregateTableDescriptor.PROBES);
        Label probe = asm.here();
        asm.cmp(Mem.of(R11, STATE), 0, 8);
        asm.jcc(Condition.E, insert);
        for (int i = 0; i < keyCount; i++) {
            Gpr key = RDX;
            if (operandCount > 1) {
                asm.mov(RAX, operand(i), 8);
                key = RAX;
            }
            asm.cmp(key(i), key, 8);
            asm.jcc(Condition.NE, next);
        }
        updateFound(done);
        asm.jmp(commit);
        asm.bind(next);
        asm.add(R11, place.slotBytes(), 8);
        asm.sub(R10, 1, 4);
        asm.jcc(Condition.NE, probe);
        asm.jmp(outside);
        insert(insert);
        commit(commit, done);
    }

    private void commit(Label commit, Label done) {
        asm.bind(commit);
        asm.mov(Mem.of(R10, 0), RAX, 8);
        sequence.end();
        asm.bind(done);
    }

    private static Mem key(int index) {
        return Mem.of(R11, AggregateTableDescriptor.KEYS_OFFSET + 8 * index);
    }

    private Mem value(int word) {
        return Mem.of(R11, place.valueOffset() + 8 * word);
    }

    /** The entry at r11 is this key's: r10, rax = what is to be stored where. */
    private void updateFound(Label done) {
        switch (place.shape().kind()) {
            case COUNT -> {
                asm.mov(RAX, value(0), 8);
                asm.add(RAX, 1, 8);
                asm.lea(R10, value(0));
            }
            case MIN, MAX -> {
                load(RAX, keyCount);
                asm.cmp(RAX, value(0), 8);
                asm.jcc(notBetter(), done);
                asm.lea(R10, value(0));
            }
            case HIST, LHIST -> {
                load(RAX, keyCount);
                asm.lea(R10, Mem.of(R11, RAX, 8, place.valueOffset()));
                asm.mov(RAX, Mem.of(R10, 0), 8);
                asm.add(RAX, 1, 8);
            }
            case SUM, AVG, STATS -> {
                load(RDX, keyCount);
                asm.mov(RAX, value(0), 8);
                asm.mov(R10, RAX, 8);
                asm.and(R10, TOTALS_MASK, 4);
                asm.add(RDX, total(R10), 8);
                asm.add(RAX, 1, 8);
                asm.mov(R10, RAX, 8);
                asm.and(R10, TOTALS_MASK, 4);
                asm.mov(total(R10), RDX, 8);
                asm.lea(R10, value(0));
            }
            case TSERIES -> throw new IllegalArgumentException("no table keeps a time series");
        }
    }

    private Mem total(Gpr index) {
        return Mem.of(R11, index, 8, place.valueOffset() + 8);
    }

    private Condition notBetter() {
        boolean min = place.shape().kind() == AggregateKind.MIN;
        if (place.shape().signed()) {
            return min ? Condition.GE : Condition.LE;
        }
        return min ? Condition.AE : Condition.BE;
    }

    /** The slot at r11 is free: writes key and first value; r10, rax = its new state and where to store that. */
    private void insert(Label insert) {
        asm.bind(insert);
        for (int i = 0; i < keyCount; i++) {
            load(RAX, i);
            asm.mov(key(i), RAX, 8);
        }
        switch (place.shape().kind()) {
            case COUNT -> asm.mov(value(0), 1, 8);
            case MIN, MAX -> {
                load(RAX, keyCount);
                asm.mov(value(0), RAX, 8);
            }
            case HIST, LHIST -> insertBuckets();
            case SUM, AVG, STATS -> {
                load(RAX, keyCount);
                asm.mov(value(0), 1, 8);
                asm.mov(value(1 + 1), RAX, 8); // the total of one event
            }
            case TSERIES -> throw new IllegalArgumentException("no table keeps a time series");
        }
        asm.mov(R10, R11, 8); // the state is a slot's first word
        asm.mov(RAX, AggregateTableDescriptor.USED);
    }

    /** An insertion that was interrupted may have left something behind: all buckets are cleared. */
    private void insertBuckets() {
        int end = place.valueOffset() + 8 * Math.toIntExact(buckets().count());
        asm.lea(RAX, value(0));
        asm.lea(R10, Mem.of(R11, end));
        Label clear = asm.here();
        asm.mov(Mem.of(RAX, 0), 0, 8);
        asm.add(RAX, 8, 8);
        asm.cmp(RAX, R10, 8);
        asm.jcc(Condition.B, clear);
        load(RAX, keyCount);
        asm.mov(Mem.of(R11, RAX, 8, place.valueOffset()), 1, 8);
    }

    private Buckets buckets() {
        Buckets buckets = place.shape().buckets();
        if (buckets == null) {
            throw new IllegalStateException("a histogram has buckets");
        }
        return buckets;
    }
}
