package io.trapless.language.slice;

import io.trapless.language.syntax.StringText;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * An expression over a stopped instant of the target. Every integer is computed in 64 bits; a value of a smaller static type is always its sign- or zero-extension, so that no
 * consumer has to extend again.
 */
public sealed interface Value {
    /** Bytes of the static type: 1, 2, 4 or 8; for strings and buffers the limit. */
    int sizeBytes();

    /** Whether the static type is signed. */
    boolean signed();

    /**
     * An argument of the function (System V integer argument {@code index}, from 0, the seventh and later ones on the stack; meaningful only at a function's entry) or operand {@code index} of the USDT note.
     * The operand's bits are extended to 64 by the type given here. If the note says that it is a floating-point number, it occurs only as the whole of a {@link CaptureType.Floating} capture.
     */
    record Argument(int index, int sizeBytes, boolean signed) implements Value {}

    /** A register; the low {@code sizeBytes} bytes of it, zero-extended. */
    record Register(RegisterName name, int sizeBytes) implements Value {
        @Override
        public boolean signed() {
            return false;
        }
    }

    /** A number. */
    record Constant(long value, int sizeBytes, boolean signed) implements Value {}

    /**
     * The address of a symbol of the site's module, in its process; 0 if the module has none of that name. Whoever binds a site puts a {@link Constant} in its place: no compiler gets one, and an evaluator takes it as 0.
     */
    record Symbol(String name) implements Value {
        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /** What the trampoline knows of the moment. */
    record Context(Kind kind) implements Value {
        @Override
        public int sizeBytes() {
            return kind == Kind.NSECS ? 8 : 4;
        }

        @Override
        public boolean signed() {
            return false;
        }

        public enum Kind {
            /** Thread id in the target's pid namespace. */
            TID,
            /** Process id in the target's pid namespace. */
            PID,
            /** Number of the CPU, from 0. */
            CPU,
            /** Nanoseconds of CLOCK_MONOTONIC's rate; from the time-stamp counter. */
            NSECS
        }
    }

    /** {@code sizeBytes} bytes of memory at {@code address}, little-endian; 0 and the capture's fault bit if any of them can't be read. */
    record Load(Value address, int sizeBytes, boolean signed) implements Value {}

    /** {@link UnaryOperator#NOT} gives an unsigned byte, the others 8 bytes. */
    record Unary(UnaryOperator operator, Value operand) implements Value {
        @Override
        public int sizeBytes() {
            return operator == UnaryOperator.NOT ? 1 : 8;
        }

        @Override
        public boolean signed() {
            return operator != UnaryOperator.NOT && operand.signed();
        }
    }

    /**
     * @param signedOperation which of the two forms of {@code operator}; for the operators without two forms it tells the signedness of the result only
     */
    record Binary(BinaryOperator operator, Value left, Value right, boolean signedOperation) implements Value {
        @Override
        public int sizeBytes() {
            return operator.isTruth() ? 1 : 8;
        }

        @Override
        public boolean signed() {
            return !operator.isTruth() && signedOperation;
        }
    }

    /** {@code condition != 0 ? whenTrue : whenFalse}; only the chosen side is evaluated (and can fault). Both sides have the same size and signedness. */
    record Conditional(Value condition, Value whenTrue, Value whenFalse) implements Value {
        @Override
        public int sizeBytes() {
            return whenTrue.sizeBytes();
        }

        @Override
        public boolean signed() {
            return whenTrue.signed();
        }
    }

    /** The low {@code sizeBytes} bytes of {@code operand}, sign- or zero-extended. */
    record Cast(Value operand, int sizeBytes, boolean signed) implements Value {}

    /**
     * 1 if {@code string} is exactly {@code literal}, else 0. The bytes are compared in order, the NUL after the literal too (unless the literal is as long as the limit: then the string may go on), and the first
     * difference ends it. If a byte that has to be looked at can't be read, the string counts as empty, and the capture's fault bit is set.
     *
     * @param literal as {@link StringText} has it; its bytes hold no NUL and are not more than the limit of {@code string}
     */
    record StringEquals(StringAt string, String literal) implements Value {
        /** The bytes to compare with, without a NUL. */
        public byte[] literalBytes() {
            return StringText.bytes(literal);
        }

        @Override
        public int sizeBytes() {
            return 1;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /**
     * The string at {@code address}, up to its NUL, at most {@code maxBytes} bytes of it. Occurs only as the whole of a {@link CaptureType.Str} capture and in {@link StringEquals}. If one of its bytes
     * can't be read, it is empty and the capture's fault bit is set. If there is no NUL among its first {@code maxBytes + 1} bytes (one that can't be read is none), the cut bit is set.
     */
    record StringAt(Value address, int maxBytes) implements Value {
        @Override
        public int sizeBytes() {
            return maxBytes;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /**
     * Bytes at {@code address}: {@code length} of them (taken as unsigned), at most {@code maxBytes}. Occurs only as the whole of a {@link CaptureType.Buf} capture. If any can't be read, it is empty and
     * the capture's fault bit is set; if {@code length} is more than {@code maxBytes}, the cut bit.
     */
    record BytesAt(Value address, Value length, int maxBytes) implements Value {
        @Override
        public int sizeBytes() {
            return maxBytes;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /**
     * The user stack by frame pointers: the site, where the function returns to, and so on outwards. Occurs only as the whole of a {@link CaptureType.Frames} capture. A chain that leads nowhere ends it: that is no
     * fault.
     *
     * @param maxFrames the most, 1 to {@link Limits#MAX_FRAMES}
     */
    record UserStack(int maxFrames) implements Value {
        @Override
        public int sizeBytes() {
            return maxFrames * Long.BYTES;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /** Registers and {@code stackBytes} bytes of the stack. Occurs only as the whole of a {@link CaptureType.StackImage} capture. */
    record StackImage(int stackBytes) implements Value {
        @Override
        public int sizeBytes() {
            return stackBytes;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /**
     * The number that a trampoline of any process has last kept in a mirror under a key ({@link MirrorStore}); any other number, most often 0, if there is none or it has been pushed out. So it is a guess at what an entry of a map
     * holds: whoever uses it records it too, and the handler, which knows, checks it. One event sees one number, however often it asks.
     *
     * @param mirror the mirror's number among those of the session
     * @param map name of the map, without the {@code @}; for the reader of a slice only
     * @param keys the numbers that make the key, in which reads that fail give 0 and set no fault bit
     */
    record Mirrored(int mirror, String map, List<Value> keys) implements Value {
        public Mirrored {
            keys = List.copyOf(keys);
        }

        @Override
        public int sizeBytes() {
            return Long.BYTES;
        }

        @Override
        public boolean signed() {
            return false;
        }
    }

    /** Whether it reads memory behind a pointer. */
    default boolean mayFault() {
        return switch (this) {
            case Argument _, Register _, Constant _, Symbol _, Context _, UserStack _, StackImage _, Mirrored _ ->
                false;
            case Load _, StringEquals _, StringAt _, BytesAt _ -> true;
            case Unary u -> u.operand().mayFault();
            case Cast c -> c.operand().mayFault();
            case Binary b -> b.left().mayFault() || b.right().mayFault();
            case Conditional c ->
                c.condition().mayFault()
                        || c.whenTrue().mayFault()
                        || c.whenFalse().mayFault();
        };
    }

    /** Whether {@code test} holds for the value or any part of it. */
    default boolean contains(Predicate<Value> test) {
        if (test.test(this)) {
            return true;
        }
        return switch (this) {
            case Argument _, Register _, Constant _, Symbol _, Context _, UserStack _, StackImage _ -> false;
            case Load l -> l.address().contains(test);
            case Unary u -> u.operand().contains(test);
            case Cast c -> c.operand().contains(test);
            case Binary b -> b.left().contains(test) || b.right().contains(test);
            case Conditional c ->
                c.condition().contains(test)
                        || c.whenTrue().contains(test)
                        || c.whenFalse().contains(test);
            case StringAt s -> s.address().contains(test);
            case StringEquals s -> s.string().contains(test);
            case BytesAt b -> b.address().contains(test) || b.length().contains(test);
            case Mirrored m -> m.keys().stream().anyMatch(key -> key.contains(test));
        };
    }

    /** Shows {@code to} the value and all its parts. */
    default void forEachPart(Consumer<Value> to) {
        boolean _ = contains(part -> {
            to.accept(part);
            return false;
        });
    }
}
