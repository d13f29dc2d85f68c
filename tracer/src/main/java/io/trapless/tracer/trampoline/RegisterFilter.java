package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.Value;
import io.trapless.tracer.trampoline.ArgumentLocation.InRegister;
import org.jspecify.annotations.Nullable;

/** The commonest filter, a whole register against a number, decided before anything is saved: an event that is filtered out costs a compare and two jumps. */
final class RegisterFilter {
    private RegisterFilter() {}

    /** Emits it if the filter is of that form, jumping to {@code unless}, and tells whether it was. The flags must be free; no register is changed. */
    static boolean emit(Assembler asm, SiteProbe probe, Label unless) {
        if (!(probe.filter() instanceof Value.Binary(BinaryOperator operator, Value left, Value right, boolean signed))
                || !(right instanceof Value.Constant(long number, int _, boolean _))
                || number != (int) number
                || !operator.isTruth()) {
            return false;
        }
        Gpr register = wholeRegister(left, probe);
        Condition holds = ValueCompiler.comparison(operator, signed);
        if (register == null || holds == null) {
            return false;
        }
        asm.cmp(register, (int) number, 8);
        asm.jcc(holds.negate(), unless);
        return true;
    }

    private static @Nullable Gpr wholeRegister(Value value, SiteProbe probe) {
        if (value instanceof Value.Argument(int index, int sizeBytes, boolean _)
                && sizeBytes == 8
                && Operands.locate(probe.arguments(), index)
                        instanceof InRegister(Gpr register, int bytes, boolean _, boolean _)
                && bytes == 8) {
            return register;
        }
        if (value instanceof Value.Register(var name, int sizeBytes) && sizeBytes == 8 && name.isGeneral()) {
            return Gpr.of(name.number());
        }
        return null;
    }
}
