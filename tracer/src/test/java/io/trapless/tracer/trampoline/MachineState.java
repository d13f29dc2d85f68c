package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.Evaluator;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import io.trapless.tracer.trampoline.ArgumentLocation.InMemory;
import io.trapless.tracer.trampoline.ArgumentLocation.InRegister;
import io.trapless.tracer.trampoline.ArgumentLocation.OnStack;
import java.util.List;

/** The state that a trampoline was run with, as the evaluator looks at it. */
final class MachineState implements Evaluator.TargetState {
    private final long[] in;
    private final long stackPointer;
    private final long site;
    private final List<ArgumentLocation> arguments;
    private final GoodMemory memory;
    private final int tid;
    private boolean ambiguous;

    /**
     * @param stackPointer at the site
     * @param tid of the thread that ran it, which is also what stands in its control block
     */
    MachineState(
            long[] in, long stackPointer, long site, List<ArgumentLocation> arguments, GoodMemory memory, int tid) {
        this.in = in;
        this.stackPointer = stackPointer;
        this.site = site;
        this.arguments = arguments;
        this.memory = memory;
        this.tid = tid;
    }

    /** Whether it was asked for memory of which nobody knows what it holds. */
    boolean ambiguous() {
        return ambiguous;
    }

    @Override
    public long argument(int index) {
        return switch (Operands.locate(arguments, index)) {
            case InRegister(Gpr register, int _, boolean _, boolean highByte) ->
                general(register) >> (highByte ? 8 : 0);
            case ArgumentLocation.Immediate(long value, int _, boolean _) -> value;
            case ArgumentLocation.InVector(int number, int _) -> in[Sandbox.VECTORS + 2 * number];
            case ArgumentLocation.AtAddress(long address, int sizeBytes, boolean _) -> word(address, sizeBytes);
            case OnStack(int disp) -> word(stackPointer + disp, 8);
            case ArgumentLocation.InUnprovenMemory(Gpr base, int disp, int sizeBytes, boolean _) ->
                wordOrZero(general(base) + disp, sizeBytes);
            case ArgumentLocation.Sum(Gpr base, int disp, int _, boolean _) -> general(base) + disp;
            case InMemory m -> inMemory(m);
        };
    }

    private long inMemory(InMemory m) {
        long address = m.disp();
        if (m.base() != null) {
            address += general(m.base());
        }
        if (m.index() != null) {
            address += general(m.index()) * m.scale();
        }
        if (m.threadLocal()) {
            if (address != Sandbox.TID_OFFSET) {
                throw new IllegalStateException("thread-local address " + address);
            }
            return tid;
        }
        return word(address, m.sizeBytes());
    }

    /** What can't be read is 0. */
    private long wordOrZero(long address, int sizeBytes) {
        return read(address, new byte[sizeBytes]) ? word(address, sizeBytes) : 0;
    }

    private long word(long address, int sizeBytes) {
        byte[] bytes = new byte[sizeBytes];
        if (!read(address, bytes)) {
            throw new IllegalStateException("an operand that can't be read: " + Long.toHexString(address));
        }
        long value = 0;
        for (int i = sizeBytes - 1; i >= 0; i--) {
            value = value << 8 | (bytes[i] & 0xFF);
        }
        return value;
    }

    private long general(Gpr register) {
        return register == Gpr.RSP ? stackPointer : in[register.id()];
    }

    @Override
    public long register(RegisterName name) {
        return switch (name) {
            case RIP -> site;
            case RFLAGS -> in[Sandbox.FLAGS];
            default -> general(Gpr.of(name.number()));
        };
    }

    @Override
    public long context(Value.Context.Kind kind) {
        return switch (kind) {
            case TID -> tid;
            case PID -> ProcessHandle.current().pid();
            case CPU, NSECS -> throw new IllegalArgumentException("not to be known: " + kind);
        };
    }

    @Override
    public boolean read(long address, byte[] into) {
        for (int i = 0; i < into.length; i++) {
            long at = address + i;
            long below = at - (stackPointer - 128);
            long above = at - (stackPointer + 8);
            if (memory.holds(at, 1)) {
                into[i] = memory.at(at);
            } else if (below >= 0 && below < 128) {
                long word = in[Sandbox.RED_ZONE + 15 - (int) (below / 8)];
                into[i] = (byte) (word >> (below % 8 * 8));
            } else if (above >= 0 && above < 8L * Sandbox.STACK_ARGUMENT_COUNT) {
                long word = in[Sandbox.STACK_ARGUMENTS + (int) (above / 8)];
                into[i] = (byte) (word >> (above % 8 * 8));
            } else {
                ambiguous |= !memory.surelyAbsent(at);
                return false;
            }
        }
        return true;
    }
}
