package io.trapless.binary.unwind;

import io.trapless.binary.elf.ElfException;
import java.util.Arrays;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Goes from frame to frame by call frame information; over code that has none, by the frame pointer. Ends where memory is missing, where the stack does not rise, or at a frame that says that it is the outermost. Stateless.
 */
public final class Unwinder {
    /** A frame pointer and a return address. */
    private static final long FRAME = 16;

    /** Memory of the process at the moment. */
    @FunctionalInterface
    public interface Memory {
        /** Eight bytes, little-endian; empty if they are not known. */
        OptionalLong read(long address);
    }

    /** Which file's code an address is. */
    @FunctionalInterface
    public interface CodeLookup {
        @Nullable Code find(long address);
    }

    /**
     * A file that is mapped.
     *
     * @param bias to be added to the file's own addresses
     */
    public record Code(FrameTable frames, long bias) {}

    private Unwinder() {}

    /**
     * The frames, the innermost first: where it is, then where each is returned to.
     *
     * @param registers by DWARF number, {@link FrameRow#COLUMNS} of them; the last is the instruction's address
     * @param maxFrames the most
     */
    public static long[] unwind(long[] registers, Memory memory, CodeLookup codes, int maxFrames) {
        long[] now = registers.clone();
        long[] frames = new long[maxFrames];
        int count = 0;
        boolean exact = true; // whether the address is that of an instruction to be run, and not that behind a call
        while (count < maxFrames) {
            long address = now[FrameRow.RETURN_ADDRESS];
            if (address == 0) {
                break;
            }
            frames[count++] = address;
            FrameRow row = row(exact ? address : address - 1, codes);
            long[] next = row == null ? byFramePointer(now, memory) : byRow(row, now, memory);
            boolean signal = row != null && row.signalFrame();
            // A signal may have come on another stack than it is handled on.
            if (next == null || (!signal && Long.compareUnsigned(next[FrameRow.RSP], now[FrameRow.RSP]) <= 0)) {
                break;
            }
            exact = signal;
            now = next;
        }
        return Arrays.copyOf(frames, count);
    }

    private static @Nullable FrameRow row(long address, CodeLookup codes) {
        Code code = codes.find(address);
        try {
            return code == null ? null : code.frames().rowAt(address - code.bias());
        } catch (ElfException e) {
            return null; // a damaged description describes nothing
        }
    }

    private static long @Nullable [] byFramePointer(long[] now, Memory memory) {
        long pointer = now[FrameRow.RBP];
        if (Long.compareUnsigned(pointer, now[FrameRow.RSP]) < 0 || (pointer & 7) != 0) {
            return null;
        }
        OptionalLong saved = memory.read(pointer);
        OptionalLong returnAddress = memory.read(pointer + 8);
        if (saved.isEmpty() || returnAddress.isEmpty()) {
            return null;
        }
        long[] next = now.clone();
        next[FrameRow.RBP] = saved.getAsLong();
        next[FrameRow.RSP] = pointer + FRAME;
        next[FrameRow.RETURN_ADDRESS] = returnAddress.getAsLong();
        return next;
    }

    private static long @Nullable [] byRow(FrameRow row, long[] now, Memory memory) {
        try {
            OptionalLong cfa = switch (row.cfa()) {
                case CfaRule.RegisterPlus(int register, long bytes) ->
                    register >= 0 && register < FrameRow.COLUMNS
                            ? OptionalLong.of(now[register] + bytes)
                            : OptionalLong.empty();
                case CfaRule.Expression(var program) ->
                    DwarfExpression.evaluate(program, OptionalLong.empty(), now, memory);
            };
            if (cfa.isEmpty() || row.rule(FrameRow.RETURN_ADDRESS) instanceof RegisterRule.Undefined) {
                return null;
            }
            long[] next = now.clone();
            next[FrameRow.RSP] = cfa.getAsLong();
            for (int i = 0; i < FrameRow.COLUMNS; i++) {
                OptionalLong value = value(row.rule(i), i == FrameRow.RSP ? next[i] : now[i], cfa, now, memory);
                if (value.isPresent()) {
                    next[i] = value.getAsLong();
                } else if (i == FrameRow.RETURN_ADDRESS || i == FrameRow.RSP) {
                    return null;
                } else {
                    next[i] = 0; // it may never be needed
                }
            }
            return next;
        } catch (ElfException e) {
            return null;
        }
    }

    private static OptionalLong value(RegisterRule rule, long same, OptionalLong cfa, long[] now, Memory memory)
            throws ElfException {
        return switch (rule) {
            case RegisterRule.SameValue _ -> OptionalLong.of(same);
            case RegisterRule.Undefined _ -> OptionalLong.of(0);
            case RegisterRule.AtOffset(long bytes) -> memory.read(cfa.getAsLong() + bytes);
            case RegisterRule.ValueOffset(long bytes) -> OptionalLong.of(cfa.getAsLong() + bytes);
            case RegisterRule.InRegister(int register) ->
                register >= 0 && register < FrameRow.COLUMNS ? OptionalLong.of(now[register]) : OptionalLong.empty();
            case RegisterRule.AtExpression(var program) -> {
                OptionalLong address = DwarfExpression.evaluate(program, cfa, now, memory);
                yield address.isEmpty() ? address : memory.read(address.getAsLong());
            }
            case RegisterRule.ValueExpression(var program) -> DwarfExpression.evaluate(program, cfa, now, memory);
        };
    }
}
