package io.trapless.script.output;

import java.util.List;

/** One value as it is shown. Texts are byte strings. */
public sealed interface Datum {
    /** The absence of a value. */
    record Nothing() implements Datum {}

    record Bool(boolean value) implements Datum {}

    /**
     * An integer.
     *
     * @param value its 64 bits
     * @param signed whether they are a two's complement
     */
    record Int(long value, boolean signed) implements Datum {}

    record Text(String text) implements Datum {}

    /** The elements of a C array. */
    record Array(List<Datum> elements) implements Datum {
        public Array {
            elements = List.copyOf(elements);
        }
    }

    /** Raw bytes. The array is not copied: nobody may change it. */
    record Buffer(byte[] bytes) implements Datum {}

    record Tuple(List<Datum> elements) implements Datum {
        public Tuple {
            elements = List.copyOf(elements);
        }
    }

    /** The fields of a structure, in order. */
    record Struct(List<Field> fields) implements Datum {
        public Struct {
            fields = List.copyOf(fields);
        }
    }

    /** One field of a {@link Struct}. */
    record Field(String name, Datum value) {}

    /**
     * A number with a name: an enumerator, an address, the bound of a bucket.
     *
     * @param text what text output shows
     * @param value what JSON and number formats show; unsigned
     */
    record Symbol(String text, long value) implements Datum {}

    /** An unsigned number. */
    static Datum unsigned(long value) {
        return new Int(value, false);
    }

    /** A signed number. */
    static Datum signed(long value) {
        return new Int(value, true);
    }
}
