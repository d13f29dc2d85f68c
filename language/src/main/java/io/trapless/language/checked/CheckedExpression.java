package io.trapless.language.checked;

import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.UnaryOperator;
import io.trapless.language.types.BitField;
import io.trapless.language.types.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression with its type. Operands are evaluated from left to right. {@link #span()} points into the source of the action.
 *
 * <p>Memory: an address is one of the target, whose memory the trampoline reads at the time of the event ({@link Captured}) or, where a {@link Load}, {@link ReadString} or {@link ReadBytes} is left in a handler because its
 * address is known only outside, the runtime reads later through the process; what can't be read then gives 0, an empty string or zero bytes, and is counted. The exception is {@link AddressOf}, whose
 * result leads to a value of the script: {@link Load} of it gives that value's bytes.
 */
public sealed interface CheckedExpression {
    Type type();

    Span span();

    /** A number: of an integer, truth value, enumeration or pointer type. */
    record NumberConstant(long value, Type type, Span span) implements CheckedExpression {}

    /**
     * A string literal.
     *
     * @param text as {@link io.trapless.language.syntax.StringText} has it
     * @param type a {@link Type.Str} with room for it and its NUL
     */
    record TextConstant(String text, Type type, Span span) implements CheckedExpression {}

    /** A constant array, such as {@code pton} gives: its bytes in order. */
    record BytesConstant(List<Byte> bytes, Type type, Span span) implements CheckedExpression {
        public BytesConstant {
            bytes = List.copyOf(bytes);
        }
    }

    record Variable(Slot slot, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return slot.type();
        }
    }

    /**
     * The value of an entry; zero if there is none. Of a map that accumulates it is the accumulator, which occurs only as an operand of {@link Conversion#AGGREGATE_TO_NUMBER} and as an argument of
     * {@link PrintValue} and {@link Format}.
     *
     * @param key of the map's key type; null for a scalar map
     */
    record MapValue(MapDescriptor map, @Nullable CheckedExpression key, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return map.valueType();
        }
    }

    /** What is known of the event outside the target. */
    record Event(EventValue value, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return value.type();
        }
    }

    /**
     * {@code argN}: only in actions at sites; never in a cut's handler.
     *
     * @param type an integer of 64 bits; or a pointer or integer of the type that DWARF tells
     */
    record Argument(int index, Type type, Span span) implements CheckedExpression {}

    /** {@code retval}: as {@link Argument}. */
    record ReturnValue(Type type, Span span) implements CheckedExpression {}

    /** {@code reg()}: as {@link Argument}; 64 bits. */
    record Register(RegisterName name, Type type, Span span) implements CheckedExpression {}

    /**
     * Field {@code field} of the event's record: only in a cut's handler. Its bytes are those of the {@link io.trapless.language.slice.CaptureType} that the cut gives that field, and it has this node's type.
     */
    record Captured(int field, Type type, Span span) implements CheckedExpression {}

    /** All operands are numbers; {@link UnaryOperator#NOT} gives a truth value. The result is cut to its type. */
    record Unary(UnaryOperator operator, CheckedExpression operand, Type type, Span span)
            implements CheckedExpression {}

    /**
     * Numbers with numbers (for strings and the like see {@link Compare}), computed in 64 bits as {@link BinaryOperator} says; then the result is cut to its type.
     *
     * @param signedOperation which form of the operator; its meaning is that of {@link io.trapless.language.slice.Value.Binary}
     */
    record Binary(
            BinaryOperator operator,
            CheckedExpression left,
            CheckedExpression right,
            boolean signedOperation,
            Type type,
            Span span)
            implements CheckedExpression {}

    /**
     * Whether two values of the same form are equal: strings (byte by byte up to their NUL), buffers, arrays, tuples and records (element by element), structures (their bytes).
     *
     * @param negated whether "different" is asked
     */
    record Compare(CheckedExpression left, CheckedExpression right, boolean negated, Type type, Span span)
            implements CheckedExpression {}

    /** Only the chosen side is evaluated. Both have the result's type, or this is {@link Type.None} and both are for their effect. */
    record Conditional(
            CheckedExpression condition, CheckedExpression whenTrue, CheckedExpression whenFalse, Type type, Span span)
            implements CheckedExpression {}

    /** Statements and then a value, or {@link Type.None} if there is no value. {@code break}, {@code continue} and {@code return} inside leave the surrounding loop or the action. */
    record Block(
            CheckedStatement.Block statements, @Nullable CheckedExpression value, Type type, Span span)
            implements CheckedExpression {}

    /** The operand as another type, see {@link Conversion}. */
    record Convert(Conversion conversion, CheckedExpression operand, Type type, Span span)
            implements CheckedExpression {}

    /** What {@link Convert} does. */
    enum Conversion {
        /** Number to integer, pointer or enumeration: the low bytes, sign- or zero-extended by the new type. */
        NUMBER,
        /** To {@code bool}: whether the number is not 0, or the string not empty. */
        TRUTH,
        /** Integer or truth value to an array that is not larger than eight bytes: its low bytes, as many as the array has. */
        NUMBER_TO_ARRAY,
        /** Array to an integer of the same size. */
        ARRAY_TO_NUMBER,
        /** String to an array of bytes: filled with NULs, or cut, to the array's size. */
        STRING_TO_ARRAY,
        /** Array of bytes to a string of the same size. */
        ARRAY_TO_STRING,
        /** String to a string of another size: cut to its room (with a NUL kept), or the same. */
        STRING,
        /** Buffer to a buffer with another limit: cut to it, or the same. */
        BUFFER,
        /** Accumulator to its number: count, sum, average, minimum, maximum over all that came in. Synchronous. */
        AGGREGATE_TO_NUMBER,
        /** Integer to {@code username_t}: a user id that prints as a name. */
        USERNAME,
        /** Tuple to a tuple of the same length: element by element, where types differ by the conversion that they need among these. */
        TUPLE,
        /** Record to a record with the same names: fields by name, each as in {@link #TUPLE}. */
        RECORD
    }

    /** Elements are evaluated in order. */
    record TupleOf(List<CheckedExpression> elements, Type.Tuple type, Span span) implements CheckedExpression {
        public TupleOf {
            elements = List.copyOf(elements);
        }
    }

    /**
     * Values are evaluated in the order in which they are written.
     *
     * @param values as written
     * @param places for each value its place among the type's fields
     */
    record RecordOf(List<CheckedExpression> values, List<Integer> places, Type.NamedTuple type, Span span)
            implements CheckedExpression {
        public RecordOf {
            values = List.copyOf(values);
            places = List.copyOf(places);
        }
    }

    /** Element or field {@code index} of a tuple or record. */
    record Element(CheckedExpression base, int index, Type type, Span span) implements CheckedExpression {}

    /**
     * Bytes {@code offsetBytes} and on of a structure's value, as a value of this type.
     *
     * @param bits for a bit field
     */
    record Member(
            CheckedExpression base,
            int offsetBytes,
            @Nullable BitField bits,
            Type type,
            Span span) implements CheckedExpression {}

    /** Element of an array's value, or a byte (as {@code int8}) of a string's; an index outside of it gives 0. */
    record Indexed(CheckedExpression base, CheckedExpression index, Type type, Span span)
            implements CheckedExpression {}

    /**
     * A value in memory at {@code address} (see above): a number, array, structure, tuple or a string of a fixed size (a {@code char} array: up to its NUL or its end).
     *
     * @param bits for a bit field: {@link BitField#readBytes()} bytes are read and the field is taken out of them
     */
    record Load(CheckedExpression address, @Nullable BitField bits, Type type, Span span)
            implements CheckedExpression {}

    /** The address of a variable, of a map's entry or of a string of the script: leads to that object of the script, for {@link Load}, and is 8 bytes wide. Printed as a number it is any number but 0. */
    record AddressOf(CheckedExpression operand, Type type, Span span) implements CheckedExpression {}

    /**
     * {@code str()}: the string at {@code address}.
     *
     * @param limit how many bytes, the NUL counted, are read at most: an unsigned number, never more than the type has room for; null for all that it has room for. A longer string is cut at {@code limit - 1}
     *     bytes; one that was cut because there is no more room, and not by a limit of the program's, prints with the trailer of {@code str_trunc_trailer}
     */
    record ReadString(CheckedExpression address, @Nullable CheckedExpression limit, Type.Str type, Span span)
            implements CheckedExpression {}

    /** {@code buf()}: {@code length} (unsigned) bytes at {@code address}, at most as many as the type allows. */
    record ReadBytes(CheckedExpression address, CheckedExpression length, Type.Buf type, Span span)
            implements CheckedExpression {}

    /** The bytes of an array as a buffer. */
    record BufferOf(CheckedExpression array, Type.Buf type, Span span) implements CheckedExpression {}

    /** {@code ++} and {@code --} of a variable. */
    record IncrementVariable(Slot slot, long step, boolean prefix, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return slot.type();
        }
    }

    /**
     * {@code ++} and {@code --} of an entry, which comes to life as 0.
     *
     * @param step what is added: 1 or -1, times the size of what a pointer points to
     * @param prefix whether the value is the new one
     */
    record IncrementMap(MapDescriptor map, @Nullable CheckedExpression key, long step, boolean prefix, Span span)
            implements CheckedExpression {
        @Override
        public Type type() {
            return map.valueType();
        }
    }

    /** A function of values, see {@link Function}. */
    record Call(Function function, List<CheckedExpression> arguments, Type type, Span span)
            implements CheckedExpression {
        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** A stack that is unwound from the image in a field. */
    record CapturedImage(int field, Type.Stack type, Span span) implements CheckedExpression {}

    /** The user's stack at the event: only in actions at sites. */
    record UserStack(Type.Stack type, boolean dwarf, Span span) implements CheckedExpression {}

    /** The address of a symbol of the probe's module, a pointer: captured; where there is no room for it, resolved by the runtime for the process of the event. */
    record SymbolAddress(String symbol, Type type, Span span) implements CheckedExpression {}

    /** {@code strftime}: a time (nanoseconds of CLOCK_BOOTTIME, unsigned) with the format in which it prints. */
    record TimeText(String format, CheckedExpression nanos, Type type, Span span) implements CheckedExpression {}

    /** Whether a map has the key. */
    record HasKey(MapDescriptor map, CheckedExpression key, Type type, Span span) implements CheckedExpression {}

    /**
     * Takes the entry out; true if there was one.
     *
     * @param key null for a scalar map
     * @param warns whether a missing key makes a runtime warning, because the result is not used
     */
    record Delete(MapDescriptor map, @Nullable CheckedExpression key, boolean warns, Type type, Span span)
            implements CheckedExpression {}

    /** If the map has the key, assigns its value to the variable; gives whether it has. */
    record Find(MapDescriptor map, CheckedExpression key, Slot result, Type type, Span span)
            implements CheckedExpression {}

    /** How many entries a map has. */
    record Length(MapDescriptor map, Type type, Span span) implements CheckedExpression {}

    /** Takes all entries out, or, if not {@code clears}, sets all values to zero. */
    record Reset(MapDescriptor map, boolean clears, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return new Type.None();
        }
    }

    /** {@code print} of a whole map. {@code top} and {@code div} are 0 if they are not given. */
    record PrintMap(MapDescriptor map, long top, long div, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return new Type.None();
        }
    }

    /** {@code print} of a value; one entry of a map that accumulates prints as its result. */
    record PrintValue(CheckedExpression value, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return new Type.None();
        }
    }

    /**
     * {@code printf} and its relatives.
     */
    record Format(FormatTarget target, FormatText format, List<CheckedExpression> arguments, Span span)
            implements CheckedExpression {
        public Format {
            arguments = List.copyOf(arguments);
        }

        @Override
        public Type type() {
            return new Type.None();
        }
    }

    /** What becomes of a formatted text. */
    enum FormatTarget {
        /** Standard output. */
        PRINTF,
        /** Standard error, as an error at the call's place. */
        ERRORF,
        /** Standard error, as a warning at the call's place. */
        WARNF,
        /** A shell command, whose output goes to standard output. */
        SYSTEM,
        /** The name of a file whose contents go to standard output, at most {@code max_cat_bytes} of them. */
        CAT
    }

    /** {@code join}: the strings behind a NULL-terminated array of pointers at {@code address}, with {@code separator} between them and a line end, printed. At most 16 strings of at most {@code max_strlen} bytes. */
    record Join(CheckedExpression address, String separator, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return new Type.None();
        }
    }

    /** {@code time}: the wall clock in this format of {@code strftime(3)}, printed. */
    record PrintTime(String format, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return new Type.None();
        }
    }

    /**
     * {@code exit}: ends the action at once and the program soon; end probes run and maps are printed.
     *
     * @param status the tool's exit status
     */
    record Exit(@Nullable CheckedExpression status, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return new Type.None();
        }
    }

    /**
     * {@code signal}: a signal to the process of the event, or to the thread.
     *
     * @param number 1 to 64; anything else makes a runtime error
     */
    record Signal(CheckedExpression number, boolean thread, Span span) implements CheckedExpression {
        @Override
        public Type type() {
            return new Type.None();
        }
    }
}
