package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.Value;
import io.trapless.tracer.trampoline.ArgumentLocation.InMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.InRegister;
import io.trapless.tracer.trampoline.ArgumentLocation.InUnprovenMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.Sum;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Which general registers of the target an expression needs as they were at the site. */
final class RegistersRead {
    private RegistersRead() {}

    /** Adds them to {@code into}. */
    static void collect(Value value, List<ArgumentLocation> arguments, Set<Gpr> into) {
        value.forEachPart(v -> {
            if (v instanceof Value.Register register && register.name().isGeneral()) {
                into.add(Gpr.of(register.name().number()));
            } else if (v instanceof Value.StackImage) {
                into.addAll(EnumSet.allOf(Gpr.class));
            } else if (v instanceof Value.UserStack) {
                into.add(Gpr.RBP);
            } else if (v instanceof Value.Argument argument) {
                addLocation(Operands.locate(arguments, argument.index()), into);
            }
        });
    }

    private static void addLocation(ArgumentLocation location, Set<Gpr> into) {
        if (location instanceof InRegister register) {
            into.add(register.register());
        } else if (location instanceof InUnprovenMemory memory) {
            into.add(memory.base());
        } else if (location instanceof Sum sum) {
            into.add(sum.base());
        } else if (location instanceof InMemory memory) {
            if (memory.base() != null) {
                into.add(memory.base());
            }
            if (memory.index() != null) {
                into.add(memory.index());
            }
        }
    }
}
