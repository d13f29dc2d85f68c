package io.trapless.language.types;

/** The type of an expression. */
public sealed interface Type {
    /** How messages name it, which is also how it is written where it can be. */
    String text();

    /**
     * An integer.
     *
     * @param sizeBytes 1, 2, 4 or 8
     */
    record Int(int sizeBytes, boolean signed) implements Type {
        @Override
        public String text() {
            return (signed ? "int" : "uint") + 8 * sizeBytes;
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
     * @param maxBytes its limit, the NUL not counted
     */
    record Str(int maxBytes) implements Type {
        @Override
        public String text() {
            return "string";
        }
    }

    /**
     * @param maxBytes its limit
     */
    record Buf(int maxBytes) implements Type {
        @Override
        public String text() {
            return "buffer";
        }
    }

    /** The absence of a value; only as a pointer's target. */
    record Nothing() implements Type {
        @Override
        public String text() {
            return "void";
        }
    }

    record Pointer(Type target) implements Type {
        @Override
        public String text() {
            return target.text() + "*";
        }
    }

    /** Bytes in memory; 1 for void, so that {@code void*} counts in bytes. For strings and buffers the limit. */
    default int sizeInBytes() {
        return switch (this) {
            case Int i -> i.sizeBytes();
            case Floating f -> f.sizeBytes();
            case Str s -> s.maxBytes();
            case Buf b -> b.maxBytes();
            case Pointer _ -> 8;
            case Bool _, Nothing _ -> 1;
        };
    }

    /** Whether it can be a condition and take part in logic: integers, truth values and pointers. */
    default boolean isScalar() {
        return this instanceof Int || this instanceof Bool || this instanceof Pointer;
    }

    /** Whether it takes part in arithmetic: integers and truth values. */
    default boolean isNumber() {
        return this instanceof Int || this instanceof Bool;
    }

    /** Whether its values are signed. */
    default boolean isSigned() {
        return this instanceof Int i && i.signed();
    }
}
