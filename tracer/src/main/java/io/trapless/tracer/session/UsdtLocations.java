package io.trapless.tracer.session;

import io.trapless.binary.sdt.UsdtArgument;
import io.trapless.binary.sdt.UsdtOperand;
import io.trapless.binary.sdt.UsdtProbe;
import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureType;
import io.trapless.tracer.trampoline.ArgumentLocation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From the operands of a USDT note to types for the language and places for the trampoline. */
final class UsdtLocations {
    private UsdtLocations() {}

    static ArgumentTypes.Note types(List<UsdtArgument> arguments) {
        List<CaptureType> types = new ArrayList<>();
        for (UsdtArgument argument : arguments) {
            types.add(
                    switch (argument.type()) {
                        case FLOAT -> new CaptureType.Floating(argument.sizeBytes());
                        case SIGNED -> new CaptureType.Int(argument.sizeBytes(), true, CaptureType.Base.DEC);
                        case UNSIGNED -> new CaptureType.Int(argument.sizeBytes(), false, CaptureType.Base.DEC);
                    });
        }
        return new ArgumentTypes.Note(types);
    }

    /** Why a note's operands can't all be captured; null if they can. */
    static @Nullable String unsupported(List<UsdtArgument> arguments) {
        for (UsdtArgument argument : arguments) {
            if (argument.operand() instanceof UsdtOperand.Unsupported(String reason)) {
                return "its argument '" + argument.text() + "' can't be read: " + reason;
            }
            if (argument.operand() instanceof UsdtOperand.VectorRegister(int number) && number > 15) {
                return "its argument '" + argument.text() + "' stands in a register of AVX-512";
            }
            if (argument.operand() instanceof UsdtOperand.Memory memory
                    && (memory.segment() == UsdtOperand.Segment.GS
                            || memory.displacement() != (int) memory.displacement())) {
                return "its argument '" + argument.text() + "' has an address of a rare form";
            }
        }
        return null;
    }

    static List<ArgumentLocation> locations(List<UsdtArgument> arguments, long loadBias) {
        List<ArgumentLocation> locations = new ArrayList<>();
        for (UsdtArgument argument : arguments) {
            locations.add(location(argument, loadBias));
        }
        return locations;
    }

    /** Bit n: an operand of one of {@code probes} names general register n. */
    static int registers(List<UsdtProbe> probes) {
        int registers = 0;
        for (UsdtProbe probe : probes) {
            for (UsdtArgument argument : probe.arguments()) {
                registers |= switch (argument.operand()) {
                    case UsdtOperand.Register register -> bit(register.number());
                    case UsdtOperand.Memory memory -> bit(memory.base()) | bit(memory.index());
                    default -> 0;
                };
            }
        }
        return registers;
    }

    private static int bit(int register) {
        return register == UsdtOperand.NONE ? 0 : 1 << register;
    }

    private static ArgumentLocation location(UsdtArgument argument, long loadBias) {
        int sizeBytes = argument.sizeBytes();
        boolean signed = argument.type() == UsdtArgument.Type.SIGNED;
        return switch (argument.operand()) {
            case UsdtOperand.Register(int number, int _, boolean highByte) ->
                new ArgumentLocation.InRegister(Gpr.of(number), sizeBytes, signed, highByte);
            case UsdtOperand.VectorRegister(int number) -> new ArgumentLocation.InVector(number, sizeBytes);
            case UsdtOperand.Constant(long value) -> new ArgumentLocation.Immediate(value, sizeBytes, signed);
            case UsdtOperand.AddressConstant(long address) ->
                new ArgumentLocation.Immediate(address + loadBias, sizeBytes, signed);
            case UsdtOperand.StaticMemory(long address) ->
                new ArgumentLocation.AtAddress(address + loadBias, sizeBytes, signed);
            case UsdtOperand.Memory memory -> inMemory(memory, sizeBytes, signed);
            case UsdtOperand.Unsupported _ -> throw new IllegalArgumentException("refused before");
        };
    }

    private static ArgumentLocation inMemory(UsdtOperand.Memory memory, int sizeBytes, boolean signed) {
        return new ArgumentLocation.InMemory(
                register(memory.base()),
                register(memory.index()),
                memory.scale(),
                Math.toIntExact(memory.displacement()),
                memory.segment() == UsdtOperand.Segment.FS,
                sizeBytes,
                signed);
    }

    private static @Nullable Gpr register(int number) {
        return number == UsdtOperand.NONE ? null : Gpr.of(number);
    }
}
