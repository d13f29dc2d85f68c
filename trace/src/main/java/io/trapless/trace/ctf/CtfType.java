package io.trapless.trace.ctf;

import java.util.List;

/** A CTF 1.8 type, as far as Trapless reads them: whole bytes, little-endian. */
sealed interface CtfType {

    /** The largest alignment of its parts, in bits. */
    int alignBits();

    /**
     * @param sizeBits a multiple of 8, up to 64
     * @param base the base to show it in
     * @param clock the name of the clock whose time it is, or empty
     */
    record Int(int sizeBits, int alignBits, boolean signed, int base, String clock) implements CtfType {
        int sizeBytes() {
            return sizeBits / Byte.SIZE;
        }
    }

    /**
     * @param sizeBits 32 or 64
     */
    record Real(int sizeBits, int alignBits) implements CtfType {}

    /** NUL-terminated. */
    record Text() implements CtfType {
        @Override
        public int alignBits() {
            return Byte.SIZE;
        }
    }

    /** Labels of integers; the labels are not kept. */
    record Enumeration(Int container) implements CtfType {
        @Override
        public int alignBits() {
            return container.alignBits();
        }
    }

    record Array(CtfType element, int length) implements CtfType {
        @Override
        public int alignBits() {
            return element.alignBits();
        }
    }

    /**
     * @param lengthField the name, in the metadata, of the field before it that holds its length
     */
    record Sequence(CtfType element, String lengthField) implements CtfType {
        @Override
        public int alignBits() {
            return element.alignBits();
        }
    }

    record Struct(List<Member> members, int alignBits) implements CtfType {}

    /**
     * @param name as the metadata has it, with its leading underscore
     */
    record Member(String name, CtfType type) {}
}
