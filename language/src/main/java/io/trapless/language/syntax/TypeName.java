package io.trapless.language.syntax;

import org.jspecify.annotations.Nullable;

/** A type as it is written; what it means is found out later. */
public sealed interface TypeName {
    /** The canonical text. */
    String text();

    /**
     * A type by its name.
     *
     * @param tag {@code struct}, {@code union}, {@code enum}, or null
     */
    record Named(@Nullable String tag, String name) implements TypeName {
        @Override
        public String text() {
            return tag == null ? name : tag + " " + name;
        }
    }

    record Pointer(TypeName target) implements TypeName {
        @Override
        public String text() {
            return target.text() + "*";
        }
    }

    /**
     * @param length number of elements; -1 when left out
     */
    record Array(TypeName element, long length) implements TypeName {
        @Override
        public String text() {
            return element.text() + "[" + (length < 0 ? "" : Long.toUnsignedString(length)) + "]";
        }
    }
}
