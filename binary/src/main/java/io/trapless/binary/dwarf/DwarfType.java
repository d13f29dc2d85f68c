package io.trapless.binary.dwarf;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A type of C, C++ or Rust without its qualifiers and other names. Members of a structure are asked for by {@link DwarfFile#members}, because a structure may lead to itself. */
public sealed interface DwarfType {
    /** How a declaration names it: {@code struct foo}. */
    String text();

    /** Bytes; 0 if it is not known. */
    long sizeBytes();

    /**
     * @param sizeBytes 1, 2, 4, 8 or 16
     * @param character whether it is a kind of {@code char}
     */
    record Int(String text, long sizeBytes, boolean signed, boolean character) implements DwarfType {}

    record Bool(String text, long sizeBytes) implements DwarfType {}

    record Floating(String text, long sizeBytes) implements DwarfType {}

    /** A pointer or a reference; {@code target} is {@link Opaque} for void and functions. */
    record Pointer(DwarfType target) implements DwarfType {
        @Override
        public String text() {
            return target.text() + "*";
        }

        @Override
        public long sizeBytes() {
            return 8;
        }
    }

    /**
     * @param plain whether its element is written as a basic type, and not by another name of it
     */
    record Array(DwarfType element, long length, boolean plain) implements DwarfType {
        @Override
        public String text() {
            return element.text() + "[" + length + "]";
        }

        @Override
        public long sizeBytes() {
            long most = 1L << 40;
            return length > most / Math.max(1, element.sizeBytes()) ? most : element.sizeBytes() * length;
        }
    }

    /**
     * A structure, class or union.
     *
     * @param name without its tag; that of a typedef if it has none itself; empty if it has neither
     * @param complete whether its members are known
     */
    record Struct(String name, boolean union, long sizeBytes, boolean complete, Handle handle) implements DwarfType {
        @Override
        public String text() {
            return (union ? "union " : "struct ") + (name.isEmpty() ? "<anonymous>" : name);
        }
    }

    /** What a {@link DwarfFile} knows an entry by. */
    final class Handle {
        private final Die die;

        Handle(Die die) {
            this.die = die;
        }

        Die die() {
            return die;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Handle handle && handle.die.equals(die);
        }

        @Override
        public int hashCode() {
            return die.hashCode();
        }
    }

    record Enumeration(String name, long sizeBytes, boolean signed, List<Enumerator> enumerators) implements DwarfType {
        public Enumeration {
            enumerators = List.copyOf(enumerators);
        }

        @Override
        public String text() {
            return "enum " + (name.isEmpty() ? "<anonymous>" : name);
        }
    }

    record Enumerator(String name, long value) {}

    /** Void, a function, or what has no like in C. */
    record Opaque(String text, long sizeBytes) implements DwarfType {}

    /**
     * A member of a structure; those of members without a name, and of base classes, are the structure's own.
     *
     * @param offsetBytes from the structure's start; of a bit field, of the first byte that it has a part in
     * @param bitShift of a bit field: how far above the lowest bit of that byte it begins, 0 to 7
     * @param bitWidth of a bit field: 1 to 64; 0 of any other
     */
    record Member(String name, DwarfType type, long offsetBytes, int bitShift, int bitWidth) {}
}
