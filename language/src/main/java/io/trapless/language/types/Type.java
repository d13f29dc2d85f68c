package io.trapless.language.types;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The type of an expression. Texts are bpftrace's, because its messages and {@code typeinfo} show them. */
public sealed interface Type {
    /** How messages name it, which is also how it is written where it can be. */
    String text();

    /**
     * An integer.
     *
     * @param sizeBytes 1, 2, 4 or 8
     * @param flexible whether it is the type of a literal that is not negative, which takes the sign of what it meets; no part of equality
     */
    record Int(int sizeBytes, boolean signed, boolean flexible) implements Type {
        public Int(int sizeBytes, boolean signed) {
            this(sizeBytes, signed, false);
        }

        @Override
        public String text() {
            return (signed ? "int" : "uint") + 8 * sizeBytes;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Int i && i.sizeBytes == sizeBytes && i.signed == signed;
        }

        @Override
        public int hashCode() {
            return 2 * sizeBytes + (signed ? 1 : 0);
        }
    }

    /** A truth value: one byte, 0 or 1. */
    record Bool() implements Type {
        @Override
        public String text() {
            return "bool";
        }
    }

    /**
     * An enumeration of C: an integer whose values have names.
     *
     * @param sizeBytes 4 or 8
     */
    record Enumeration(EnumDefinition definition, int sizeBytes, boolean signed) implements Type {
        @Override
        public String text() {
            return definition.name();
        }

        /** Its plain integer. */
        public Int integer() {
            return new Int(sizeBytes, signed);
        }
    }

    /**
     * A floating-point number; only arguments of USDT probes have it.
     *
     * @param sizeBytes 4 or 8
     */
    record Floating(int sizeBytes) implements Type {
        @Override
        public String text() {
            return "float" + 8 * sizeBytes;
        }
    }

    /**
     * A string: bytes up to the first NUL or the end of its room.
     *
     * @param sizeBytes its room, the NUL counted; a value that fills it has none
     */
    record Str(int sizeBytes) implements Type {
        @Override
        public String text() {
            return sizeBytes == 0 ? "string" : "string[" + sizeBytes + "]";
        }
    }

    /**
     * @param maxBytes its limit
     */
    record Buf(int maxBytes) implements Type {
        @Override
        public String text() {
            return "buffer[" + maxBytes + "]";
        }
    }

    /** {@code void}: only as a pointer's target. */
    record Nothing() implements Type {
        @Override
        public String text() {
            return "void";
        }
    }

    /** What a function without a result gives. */
    record None() implements Type {
        @Override
        public String text() {
            return "none";
        }
    }

    record Pointer(Type target) implements Type {
        @Override
        public String text() {
            return target.text() + " *";
        }
    }

    /**
     * @param length number of elements; 0 if it is not known
     */
    record Array(Type element, int length) implements Type {
        @Override
        public String text() {
            return element.text() + "[" + length + "]";
        }
    }

    /** A structure or union by value: its bytes. */
    record Struct(StructLayout layout) implements Type {
        @Override
        public String text() {
            return layout.name();
        }
    }

    record Tuple(List<Type> elements) implements Type {
        public Tuple {
            elements = List.copyOf(elements);
        }

        @Override
        public String text() {
            return elements.stream().map(Type::text).collect(Collectors.joining(",", "(", ")"));
        }
    }

    /** A tuple with names. */
    record NamedTuple(List<Field> fields) implements Type {
        public NamedTuple {
            fields = List.copyOf(fields);
        }

        public record Field(String name, Type type) {}

        @Override
        public String text() {
            return fields.stream()
                    .map(f -> "." + f.name() + " = " + f.type().text())
                    .collect(Collectors.joining(", ", "record { ", " }"));
        }

        /** The place of the field of that name, or -1. */
        public int indexOf(String name) {
            for (int i = 0; i < fields.size(); i++) {
                if (fields.get(i).name().equals(name)) {
                    return i;
                }
            }
            return -1;
        }
    }

    /**
     * The value of a map that accumulates. A number can be had from those of {@link AggregateKind#isNumber()}.
     *
     * @param signed whether what goes in (and what comes out) is signed; true where it has no meaning
     */
    record Aggregate(AggregateKind kind, boolean signed) implements Type {
        @Override
        public String text() {
            boolean prefixed = switch (kind) {
                case SUM, AVG, MIN, MAX, STATS -> !signed;
                case COUNT, HIST, LHIST, TSERIES -> false;
            };
            return (prefixed ? "u" : "") + kind.function() + "_t";
        }
    }

    /**
     * A user stack.
     *
     * @param limit most frames
     */
    record Stack(StackMode mode, int limit) implements Type {
        @Override
        public String text() {
            return "ustack_" + mode.text() + "_" + limit;
        }
    }

    /** Kinds of values that are made in the tracer to be printed. */
    record Special(Kind kind) implements Type {
        public enum Kind {
            /** An address of the target that prints as a symbol. */
            USYM("usym_t"),
            /** A user id that prints as a name. */
            USERNAME("username_t"),
            /** The result of {@code strftime}. */
            TIMESTAMP("timestamp"),
            /** Six bytes. */
            MAC_ADDRESS("mac_address"),
            /** A clock's name, as {@code nsecs} takes it. */
            TIMESTAMP_MODE("timestamp_mode");

            private final String text;

            Kind(String text) {
                this.text = text;
            }
        }

        @Override
        public String text() {
            return kind.text;
        }
    }

    /**
     * An internet address, which prints in its usual form.
     *
     * @param addressBytes 4 or 16
     */
    record Inet(int addressBytes) implements Type {
        @Override
        public String text() {
            return "inet[" + (addressBytes + 8) + "]";
        }
    }

    /** The word for all types of this form: what {@code typeinfo} gives as {@code base_type}. */
    default String family() {
        return switch (this) {
            case Int _, Enumeration _ -> "int";
            case Bool _ -> "bool";
            case Floating _ -> "float";
            case Str _ -> "string";
            case Buf _ -> "buffer";
            case Nothing _ -> "void";
            case None _ -> "none";
            case Pointer _ -> "pointer";
            case Array _ -> "array";
            case Struct _ -> "c_type";
            case Tuple _ -> "tuple";
            case NamedTuple _ -> "record";
            case Aggregate a -> a.kind().function() + "_t";
            case Stack _ -> "ustack";
            case Special s -> s.text();
            case Inet _ -> "inet";
        };
    }

    /** Bytes in memory, as {@code sizeof} gives them; 1 for void, so that {@code void*} counts in bytes. */
    default int sizeInBytes() {
        return switch (this) {
            case Int i -> i.sizeBytes();
            case Enumeration e -> e.sizeBytes();
            case Floating f -> f.sizeBytes();
            case Str s -> s.sizeBytes();
            case Buf b -> b.maxBytes();
            case Pointer _, Aggregate _ -> 8;
            case Bool _, Nothing _ -> 1;
            case None _ -> 0;
            case Array a -> a.length() * a.element().sizeInBytes();
            case Struct s -> s.layout().sizeBytes();
            case Tuple t -> TupleLayout.sizeBytes(t.elements());
            case NamedTuple r ->
                TupleLayout.sizeBytes(
                        r.fields().stream().map(NamedTuple.Field::type).toList());
            case Stack _ -> 16;
            case Special s ->
                switch (s.kind()) {
                    case USYM -> 24;
                    case USERNAME, TIMESTAMP_MODE -> 8;
                    case TIMESTAMP -> 16;
                    case MAC_ADDRESS -> 6;
                };
            case Inet i -> i.addressBytes() + 8;
        };
    }

    /** What addresses of it in memory are multiples of. */
    default int alignBytes() {
        return switch (this) {
            case Array a -> a.element().alignBytes();
            case Struct s -> s.layout().alignBytes();
            case Str _, Buf _, Inet _ -> 1;
            case Tuple t -> TupleLayout.alignBytes(t.elements());
            case NamedTuple r ->
                TupleLayout.alignBytes(
                        r.fields().stream().map(NamedTuple.Field::type).toList());
            case Stack _, Special _ -> 8;
            default -> Math.max(1, sizeInBytes());
        };
    }

    /** Whether it is an integer, enumerations among them. */
    default boolean isInteger() {
        return this instanceof Int || this instanceof Enumeration;
    }

    /** Whether it can be a condition and take part in logic: integers, truth values and pointers. */
    default boolean isScalar() {
        return isInteger() || this instanceof Bool || this instanceof Pointer;
    }

    /** Whether it takes part in arithmetic: integers and truth values. */
    default boolean isNumber() {
        return isInteger() || this instanceof Bool;
    }

    /** Whether its values are signed. */
    default boolean isSigned() {
        return switch (this) {
            case Int i -> i.signed();
            case Enumeration e -> e.signed();
            case Aggregate a -> a.signed();
            default -> false;
        };
    }
}
