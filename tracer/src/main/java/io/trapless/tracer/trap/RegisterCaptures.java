package io.trapless.tracer.trap;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.Evaluator;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import io.trapless.layout.RecordDescriptor;
import io.trapless.tracer.trampoline.ArgumentLocation;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Computes the filter and the values of probes from the registers of a sample, outside the target. For one thread. */
final class RegisterCaptures implements Evaluator.TargetState {
    /** The registers of a sample in their order: bits of {@code enum perf_event_x86_regs} (asm/perf_regs.h). */
    static final long MASK = 0x00FF03FFL;

    /** Their number. */
    static final int COUNT = Long.bitCount(MASK);

    private static final RegisterName[] ARGUMENTS = {
        RegisterName.RDI, RegisterName.RSI, RegisterName.RDX, RegisterName.RCX, RegisterName.R8, RegisterName.R9
    };

    /** Where a general register stands in a sample, by its number in instructions. */
    private static final int[] BY_NUMBER = {0, 2, 3, 1, 7, 6, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17};

    private final Evaluator evaluator = new Evaluator(this);
    private List<ArgumentLocation> arguments = List.of();
    private final long[] registers = new long[COUNT];
    private int cpu;
    private int pid;
    private int tid;

    /**
     * Why a trap can't compute what a probe wants; null if it can.
     *
     * @param arguments as in {@link TrapProbe}
     */
    static @Nullable String refusal(CaptureProgram program, List<ArgumentLocation> arguments) {
        Value filter = program.filter();
        String refusal = filter == null ? null : refusal(filter, arguments);
        for (Capture capture : program.captures()) {
            refusal = refusal != null ? refusal : refusal(capture.value(), arguments);
        }
        return refusal;
    }

    private static @Nullable String refusal(Value value, List<ArgumentLocation> arguments) {
        return switch (value) {
            case Value.Argument argument ->
                isInRegister(argument.index(), arguments)
                        ? null
                        : "it captures registers only, and arg" + argument.index() + " is in memory";
            case Value.Register register -> index(register.name()) >= 0 ? null : "it can't capture " + register.name();
            case Value.Constant _ -> null;
            case Value.Context context ->
                switch (context.kind()) {
                    case TID, PID, CPU -> null;
                    default -> "it can't capture " + context.kind().name().toLowerCase(java.util.Locale.ROOT);
                };
            case Value.Unary unary -> refusal(unary.operand(), arguments);
            case Value.Cast cast -> refusal(cast.operand(), arguments);
            case Value.Binary binary -> {
                String left = refusal(binary.left(), arguments);
                yield left != null ? left : refusal(binary.right(), arguments);
            }
            case Value.Conditional conditional -> {
                String condition = refusal(conditional.condition(), arguments);
                String whenTrue = refusal(conditional.whenTrue(), arguments);
                yield condition != null
                        ? condition
                        : whenTrue != null ? whenTrue : refusal(conditional.whenFalse(), arguments);
            }
            default -> "it captures registers only, and not what is in memory";
        };
    }

    private static boolean isInRegister(int index, List<ArgumentLocation> arguments) {
        if (arguments.isEmpty()) {
            return index < ARGUMENTS.length;
        }
        return arguments.get(index) instanceof ArgumentLocation.InRegister
                || arguments.get(index) instanceof ArgumentLocation.Immediate;
    }

    /** Takes the registers of a sample from {@code offset} on. */
    void load(MemorySegment sample, long offset, int newCpu, int newPid, int newTid) {
        for (int i = 0; i < COUNT; i++) {
            registers[i] = sample.get(ValueLayout.JAVA_LONG_UNALIGNED, offset + 8L * i);
        }
        cpu = newCpu;
        pid = newPid;
        tid = newTid;
    }

    /** Writes the record of what was loaded; its size, or 0 if the filter does not let it pass. */
    int write(TrapProbe probe, long tscCycles, MemorySegment record) {
        arguments = probe.arguments();
        if (!evaluator.accepts(probe.program())) {
            return 0;
        }
        byte[] payload = evaluator.capture(probe.program()).payload(probe.program());
        record.set(
                ValueLayout.JAVA_LONG_UNALIGNED,
                RecordDescriptor.ID_OFFSET,
                RecordDescriptor.header(probe.eventId(), tscCycles));
        record.set(ValueLayout.JAVA_INT_UNALIGNED, RecordDescriptor.TID_OFFSET, tid);
        record.set(ValueLayout.JAVA_INT_UNALIGNED, RecordDescriptor.PID_OFFSET, pid);
        MemorySegment.copy(payload, 0, record, ValueLayout.JAVA_BYTE, RecordDescriptor.HEADER_SIZE, payload.length);
        return RecordDescriptor.HEADER_SIZE + payload.length;
    }

    /** Where a register stands in a sample; -1 if it is not there. */
    private static int index(RegisterName name) {
        return switch (name) {
            case RAX -> 0;
            case RBX -> 1;
            case RCX -> 2;
            case RDX -> 3;
            case RSI -> 4;
            case RDI -> 5;
            case RBP -> 6;
            case RSP -> 7;
            case RIP -> 8;
            case RFLAGS -> 9;
            case R8 -> 10;
            case R9 -> 11;
            case R10 -> 12;
            case R11 -> 13;
            case R12 -> 14;
            case R13 -> 15;
            case R14 -> 16;
            case R15 -> 17;
            default -> -1;
        };
    }

    @Override
    public long argument(int index) {
        if (arguments.isEmpty()) {
            return register(ARGUMENTS[index]);
        }
        return switch (arguments.get(index)) {
            case ArgumentLocation.InRegister(Gpr register, int _, boolean _, boolean highByte) ->
                registers[BY_NUMBER[register.id()]] >>> (highByte ? Byte.SIZE : 0);
            case ArgumentLocation.Immediate constant -> constant.value();
            default -> throw new IllegalArgumentException("refused before");
        };
    }

    @Override
    public long register(RegisterName name) {
        return registers[index(name)];
    }

    @Override
    public long context(Value.Context.Kind kind) {
        return switch (kind) {
            case TID -> tid;
            case PID -> pid;
            case CPU -> cpu;
            default -> throw new IllegalArgumentException("not in a sample: " + kind);
        };
    }

    @Override
    public boolean read(long address, byte[] into) {
        return false;
    }
}
