package io.trapless.tracer.trampoline;

import static io.trapless.binary.x86.Gpr.R10;
import static io.trapless.binary.x86.Gpr.RAX;
import static io.trapless.binary.x86.Gpr.RCX;
import static io.trapless.binary.x86.Gpr.RDI;
import static io.trapless.binary.x86.Gpr.RDX;
import static io.trapless.binary.x86.Gpr.RSI;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import io.trapless.binary.x86.Segment;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.UnaryOperator;
import io.trapless.language.slice.Value;
import io.trapless.tracer.trampoline.ArgumentLocation.InMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.InUnprovenMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.OnStack;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Compiles the expressions of one probe. {@link #evaluate} leaves a value in rax and may change rdx, r10, r11 (rcx too if it shifts by a variable); nested intermediate results are on the stack.
 */
final class ValueCompiler {
    private static final int SYS_GETPID = 39;

    private final Assembler asm;
    private final Frame frame;
    private final Operands operands;
    private final ProcessFacts facts;
    private final SharedRoutines shared;
    private final RecordPlan plan;

    /** Where a failed read of the value being compiled is noted, or -1. */
    private int faultBit = -1;

    /** @param plan where the record's compiler has put what mirrors have */
    ValueCompiler(
            Assembler asm, Frame frame, Operands operands, ProcessFacts facts, SharedRoutines shared, RecordPlan plan) {
        this.asm = asm;
        this.frame = frame;
        this.operands = operands;
        this.facts = facts;
        this.shared = shared;
        this.plan = plan;
    }

    /** From here on, a failed read sets bit {@code index} of {@code _fault}; -1: of none. */
    void noteFaultsOf(int index) {
        this.faultBit = index;
    }

    /** rax = value. */
    void evaluate(Value value) {
        if (operands.isLeaf(value)) {
            operands.load(RAX, value);
            return;
        }
        switch (value) {
            case Value.Argument(int index, int sizeBytes, boolean signed) -> evaluateArgument(index, sizeBytes, signed);
            case Value.Context(Value.Context.Kind kind) -> evaluateContext(kind);
            case Value.Load(Value address, int sizeBytes, boolean signed) -> {
                evaluate(address);
                safeLoad(sizeBytes, signed);
            }
            case Value.Unary(UnaryOperator operator, Value operand) -> evaluateUnary(operator, operand, value);
            case Value.Binary b -> evaluateBinary(b);
            case Value.Conditional(Value condition, Value whenTrue, Value whenFalse) -> {
                Label otherwise = asm.label();
                Label done = asm.label();
                jumpUnless(condition, otherwise);
                evaluate(whenTrue);
                asm.jmp(done);
                asm.bind(otherwise);
                evaluate(whenFalse);
                asm.bind(done);
            }
            case Value.Cast(Value operand, int sizeBytes, boolean signed) -> {
                evaluate(operand);
                operands.extend(RAX, sizeBytes, signed);
            }
            case Value.StringEquals _ -> truth(value);
            case Value.Mirrored asked -> asm.mov(RAX, frame.staging(plan.mirroredOffset(asked)), 8);
            case Value.Constant _,
                    Value.Register _,
                    Value.Symbol _,
                    Value.StringAt _,
                    Value.BytesAt _,
                    Value.UserStack _,
                    Value.StackImage _ -> throw new IllegalArgumentException("not a number to evaluate: " + value);
        }
    }

    /** Jumps to {@code target} if {@code condition} is 0; falls through otherwise. */
    void jumpUnless(Value condition, Label target) {
        jump(condition, target, false);
    }

    private void jump(Value condition, Label target, boolean when) {
        switch (condition) {
            case Value.Unary(UnaryOperator operator, Value operand)
            when operator == UnaryOperator.NOT -> jump(operand, target, !when);
            case Value.Binary(BinaryOperator operator, Value left, Value right, boolean _)
            when operator == BinaryOperator.LOGICAL_AND || operator == BinaryOperator.LOGICAL_OR ->
                jumpLogical(operator == BinaryOperator.LOGICAL_AND, left, right, target, when);
            case Value.Binary(BinaryOperator operator, Value left, Value right, boolean signed)
            when operator.isTruth() -> {
                compare(left, right);
                Condition holds = condition(operator, signed);
                asm.jcc(when ? holds : holds.negate(), target);
            }
            case Value.StringEquals equals -> jumpStringEquals(equals, target, when);
            default -> {
                evaluate(condition);
                asm.test(RAX, RAX, 8);
                asm.jcc(when ? Condition.NE : Condition.E, target);
            }
        }
    }

    private void jumpLogical(boolean and, Value left, Value right, Label target, boolean when) {
        if (and == when) { // the left side alone can't decide in favour of the jump
            Label past = asm.label();
            jump(left, past, !when);
            jump(right, target, when);
            asm.bind(past);
        } else {
            jump(left, target, when);
            jump(right, target, when);
        }
    }

    private void truth(Value value) {
        Label isFalse = asm.label();
        Label done = asm.label();
        jumpUnless(value, isFalse);
        asm.mov(RAX, 1);
        asm.jmp(done);
        asm.bind(isFalse);
        asm.xor(RAX, RAX, 4);
        asm.bind(done);
    }

    private void evaluateArgument(int index, int sizeBytes, boolean signed) {
        switch (operands.location(index)) {
            case OnStack(int disp) -> {
                asm.lea(RAX, frame.originalStack(disp));
                int bit = faultBit;
                faultBit = -1; // an argument that the function does not have is 0, as deep in the stack as it gets
                safeLoad(8, false);
                faultBit = bit;
                operands.extend(RAX, sizeBytes, signed);
            }
            case InUnprovenMemory(Gpr base, int disp, int _, boolean _) -> {
                operands.loadSum(RAX, base, disp);
                int bit = faultBit;
                faultBit = -1; // what debugging information says can't be vouched for: it is 0 then
                safeLoad(sizeBytes, signed);
                faultBit = bit;
            }
            case InMemory m -> { // base and index are both in slots
                asm.mov(RAX, frame.slot(index(m)), 8);
                Gpr base = base(m);
                if (frame.isSaved(base)) {
                    asm.mov(RDX, frame.slot(base), 8);
                    base = RDX;
                }
                int disp = m.disp() + (base == Gpr.RSP ? frame.depth() : 0);
                Segment segment = m.threadLocal() ? Segment.FS : Segment.NONE;
                Mem operand = Mem.of(base, RAX, m.scale(), disp).in(segment);
                operands.loadMemory(RAX, operand, sizeBytes, signed);
            }
            default -> throw new IllegalArgumentException("a vector register is no number");
        }
    }

    private static Gpr index(InMemory m) {
        return Objects.requireNonNull(m.index());
    }

    private static Gpr base(InMemory m) {
        return Objects.requireNonNull(m.base());
    }

    private void evaluateContext(Value.Context.Kind kind) {
        switch (kind) {
            case TID -> ThreadId.load(asm, facts, RAX);
            case CPU -> new RingCode(asm, facts).currentCpu(RAX);
            case NSECS -> {
                new RingCode(asm, facts).readTimestamp(RAX);
                asm.mov(R10, facts.clock().multiplier());
                asm.mul(R10);
                asm.shrd(RAX, RDX, 32);
                asm.mov(R10, facts.clock().offsetNanos());
                asm.add(RAX, R10, 8);
            }
            case PID -> evaluatePid();
        }
    }

    /** From the cell that fork wipes; the first one to find it empty asks the kernel and fills it. */
    private void evaluatePid() {
        Label known = asm.label();
        Mem cell = Mem.ripAbsolute(facts.pidCell());
        asm.mov(RAX, cell, 4);
        asm.test(RAX, RAX, 4);
        asm.jcc(Condition.NE, known);
        frame.push(RCX); // syscall clobbers rcx and r11
        asm.mov(RAX, SYS_GETPID);
        asm.syscall();
        frame.pop(RCX);
        asm.mov(cell, RAX, 4);
        asm.bind(known);
    }

    /** rax = the bytes at rax. */
    private void safeLoad(int sizeBytes, boolean signed) {
        asm.mov(RDX, sizeBytes);
        asm.call(shared.safeLoad());
        noteStatus();
        if (signed) {
            operands.extend(RAX, sizeBytes, true);
        }
    }

    /** Notes the status in edx: 0, {@link SharedRoutines#FAULT} or {@link SharedRoutines#CUT}. */
    void noteStatus() {
        if (faultBit < 0) {
            return;
        }
        Label good = asm.label();
        Label cut = asm.label();
        asm.test(RDX, RDX, 4);
        asm.jcc(Condition.E, good);
        asm.cmp(RDX, SharedRoutines.CUT, 4);
        asm.jcc(Condition.E, cut);
        asm.or(frame.staging(RecordPlan.FAULT_OFFSET), (short) (1 << faultBit), 2);
        asm.jmp(good);
        asm.bind(cut);
        asm.or(frame.staging(RecordPlan.CUT_OFFSET), (short) (1 << faultBit), 2);
        asm.bind(good);
    }

    private void evaluateUnary(UnaryOperator operator, Value operand, Value whole) {
        if (operator == UnaryOperator.NOT) {
            truth(whole);
            return;
        }
        evaluate(operand);
        if (operator == UnaryOperator.NEGATE) {
            asm.neg(RAX);
        } else {
            asm.not(RAX);
        }
    }

    private void evaluateBinary(Value.Binary b) {
        if (b.operator() == BinaryOperator.LOGICAL_AND || b.operator() == BinaryOperator.LOGICAL_OR) {
            truth(b);
            return;
        }
        if (b.operator().isTruth()) {
            compare(b.left(), b.right());
            asm.setcc(condition(b.operator(), b.signedOperation()), RAX);
            asm.movzx(RAX, RAX, 1);
            return;
        }
        leftInRaxRightInR10(b.left(), b.right());
        switch (b.operator()) {
            case ADD -> asm.add(RAX, R10, 8);
            case SUBTRACT -> asm.sub(RAX, R10, 8);
            case MULTIPLY -> asm.imul(RAX, R10);
            case AND -> asm.and(RAX, R10, 8);
            case OR -> asm.or(RAX, R10, 8);
            case XOR -> asm.xor(RAX, R10, 8);
            case DIVIDE, MODULO -> divide(b.operator() == BinaryOperator.MODULO, b.signedOperation());
            case SHIFT_LEFT, SHIFT_RIGHT -> shift(b);
            default -> throw new IllegalArgumentException("not arithmetic: " + b.operator());
        }
    }

    private void leftInRaxRightInR10(Value left, Value right) {
        if (operands.isLeaf(right)) {
            evaluate(left);
            operands.load(R10, right);
        } else {
            evaluate(right);
            frame.push(RAX);
            evaluate(left);
            frame.pop(R10);
        }
    }

    /** rax = rax / r10 or rax % r10, as {@link BinaryOperator} has it: by 0 gives 1, and the most negative number divided by -1 overflows silently. */
    private void divide(boolean modulo, boolean signed) {
        Label byZero = asm.label();
        Label byMinusOne = asm.label();
        Label done = asm.label();
        asm.test(R10, R10, 8);
        asm.jcc(Condition.E, byZero);
        if (signed) {
            asm.cmp(R10, -1, 8);
            asm.jcc(Condition.E, byMinusOne);
            asm.cqo();
            asm.idiv(R10);
        } else {
            asm.xor(RDX, RDX, 4);
            asm.div(R10);
        }
        if (modulo) {
            asm.mov(RAX, RDX, 8);
        }
        asm.jmp(done);
        asm.bind(byMinusOne);
        if (modulo) {
            asm.xor(RAX, RAX, 4);
        } else {
            asm.neg(RAX);
        }
        asm.jmp(done);
        asm.bind(byZero);
        asm.mov(RAX, 1);
        asm.bind(done);
    }

    private void shift(Value.Binary b) {
        boolean left = b.operator() == BinaryOperator.SHIFT_LEFT;
        if (b.right() instanceof Value.Constant(long count, int _, boolean _)) {
            int bits = (int) count & 63;
            if (bits == 0) {
                return;
            }
            if (left) {
                asm.shl(RAX, bits);
            } else if (b.signedOperation()) {
                asm.sar(RAX, bits);
            } else {
                asm.shr(RAX, bits);
            }
            return;
        }
        asm.mov(RCX, R10, 8); // the frame saves rcx for programs that come here
        if (left) {
            asm.shlCl(RAX);
        } else if (b.signedOperation()) {
            asm.sarCl(RAX);
        } else {
            asm.shrCl(RAX);
        }
    }

    /** Sets the flags as {@code cmp left, right} does. */
    private void compare(Value left, Value right) {
        boolean immediate = right instanceof Value.Constant(long number, int _, boolean _) && number == (int) number;
        if (!immediate) {
            leftInRaxRightInR10(left, right);
            asm.cmp(RAX, R10, 8);
            return;
        }
        int number = (int) ((Value.Constant) right).value();
        evaluate(left);
        asm.cmp(RAX, number, 8);
    }

    private static Condition condition(BinaryOperator operator, boolean signed) {
        return Objects.requireNonNull(comparison(operator, signed), operator::name);
    }

    /** The condition under which a comparison holds; null if {@code operator} is none. */
    static @Nullable Condition comparison(BinaryOperator operator, boolean signed) {
        return switch (operator) {
            case EQUAL -> Condition.E;
            case NOT_EQUAL -> Condition.NE;
            case LESS -> signed ? Condition.L : Condition.B;
            case LESS_OR_EQUAL -> signed ? Condition.LE : Condition.BE;
            case GREATER -> signed ? Condition.G : Condition.A;
            case GREATER_OR_EQUAL -> signed ? Condition.GE : Condition.AE;
            default -> null;
        };
    }

    private void jumpStringEquals(Value.StringEquals equals, Label target, boolean when) {
        byte[] literal = equals.literalBytes();
        byte[] expected = Arrays.copyOf(
                literal, Math.min(literal.length + 1, equals.string().maxBytes())); // with its NUL
        Label past = asm.label();
        Label ifSame = when ? target : past;
        Label ifDifferent = when ? past : target;
        Label unreadable = asm.label();
        evaluate(equals.string().address());
        asm.mov(RSI, RAX, 8);
        asm.lea(RDI, frame.staging(RecordPlan.SCRATCH_OFFSET));
        asm.mov(RDX, expected.length);
        asm.call(shared.copyIn());
        asm.cmp(RAX, expected.length, 8);
        asm.jcc(Condition.NE, unreadable);
        for (int i = 0; i < expected.length; ) {
            int step = expected.length - i >= 4 ? 4 : 1;
            jumpIfDifferent(expected, i, step, ifDifferent);
            i += step;
        }
        asm.jmp(ifSame);
        asm.bind(unreadable);
        if (faultBit >= 0) {
            noteFaultBehind(expected, ifDifferent);
        }
        asm.jmp(literal.length == 0 ? ifSame : ifDifferent); // what can't be read counts as empty
        asm.bind(past);
    }

    /** Compares {@code step} bytes (1 or 4) of the scratch string. */
    private void jumpIfDifferent(byte[] expected, int from, int step, Label ifDifferent) {
        int chunk = 0;
        for (int k = step - 1; k >= 0; k--) {
            chunk = chunk << 8 | (expected[from + k] & 0xFF);
        }
        Mem place = frame.staging(RecordPlan.SCRATCH_OFFSET + from);
        asm.cmp(place, step == 1 ? (byte) chunk : chunk, step);
        asm.jcc(Condition.NE, ifDifferent);
    }

    /** rax bytes of the scratch string could be read, fewer than are {@code expected}: a fault only if none of them settles the matter. */
    private void noteFaultBehind(byte[] expected, Label ifDifferent) {
        Label fault = asm.label();
        for (int i = 0; i < expected.length - 1; i++) {
            asm.cmp(RAX, i, 8);
            asm.jcc(Condition.E, fault);
            jumpIfDifferent(expected, i, 1, ifDifferent);
        }
        asm.bind(fault);
        asm.or(frame.staging(RecordPlan.FAULT_OFFSET), (short) (1 << faultBit), 2);
    }

    /** Whether {@code value} needs rcx: a shift by a variable. */
    static boolean needsRcx(Value value) {
        return value.contains(v -> v instanceof Value.Binary(BinaryOperator operator, Value _, Value right, boolean _)
                && (operator == BinaryOperator.SHIFT_LEFT || operator == BinaryOperator.SHIFT_RIGHT)
                && !(right instanceof Value.Constant));
    }
}
