package io.trapless.binary.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A place at which the C library asks for a child that may share its parent's memory and thread area: {@code mov $number, %eax; syscall}, where the flags don't matter behind the call. Known by the bytes around it, which glibc's assembly has had since it registers rseq
 * (2.35; sysdeps/unix/sysv/linux/x86_64/vfork.S, clone.S, clone3.S): nothing of the image has to be analysed for that.
 *
 * @param address of the {@code mov}, as the file states it
 */
public record VforkCall(long address, Kind kind) {
    /** Bytes of the {@code mov}. */
    public static final int MOV_BYTES = 5;

    /** Bytes of the {@code syscall}. */
    public static final int SYSCALL_BYTES = 2;

    private static final int LENGTH = MOV_BYTES + SYSCALL_BYTES;
    private static final byte[] SKIPS = skips();

    /** Which call it is. */
    @SuppressWarnings("ImmutableEnumChecker") // nobody writes into its arrays
    public enum Kind {
        /** Always makes such a child. Before it the return address is taken off the stack, behind it put back. */
        VFORK("5f", "b83a000000" + "0f05" + "57"),
        /** The flags are in edi. */
        CLONE("", "b838000000" + "0f05" + "4885c0"),
        /** The flags are the first word of what rdi points to. */
        CLONE3("", "b8b3010000" + "0f05" + "4885c0");

        private final byte[] before;
        private final byte[] code;

        Kind(String before, String code) {
            this.before = HexFormat.of().parseHex(before);
            this.code = HexFormat.of().parseHex(code);
        }

        private boolean stands(byte[] bytes, int at) {
            return at >= before.length
                    && at + code.length <= bytes.length
                    && matches(bytes, at - before.length, before)
                    && matches(bytes, at, code);
        }
    }

    /** What is overwritten for it: the {@code mov} alone, into which nothing can jump; the probe's place is the {@code syscall} behind it. */
    public DisplacedRange range() {
        return new DisplacedRange(address, address + MOV_BYTES, MOV_BYTES, MOV_BYTES, true);
    }

    /** A copy of the bytes that are overwritten. */
    public byte[] original() {
        return Arrays.copyOf(kind.code, MOV_BYTES);
    }

    /** All of an image's executable sections, in order of address. */
    public static List<VforkCall> findAll(List<ImageView.Section> code) {
        List<VforkCall> found = new ArrayList<>();
        code.forEach(section -> find(section, found));
        found.sort((a, b) -> Long.compare(a.address, b.address));
        return found;
    }

    /** By Horspool's search for all at once: most bytes of code occur in none of them, and let it go on behind themselves. */
    private static void find(ImageView.Section section, List<VforkCall> found) {
        byte[] bytes = section.bytes();
        int end = LENGTH - 1;
        while (end < bytes.length) {
            int skip = SKIPS[bytes[end] & 0xff];
            if (skip > 0) {
                end += skip;
                continue;
            }
            int at = end - (LENGTH - 1);
            for (Kind kind : Kind.values()) {
                if (kind.stands(bytes, at)) {
                    found.add(new VforkCall(section.address() + at, kind));
                }
            }
            end++;
        }
    }

    /** By a byte, how far its last occurrence in the two instructions of any kind is from their end. */
    private static byte[] skips() {
        byte[] skips = new byte[1 << Byte.SIZE];
        Arrays.fill(skips, (byte) LENGTH);
        for (Kind kind : Kind.values()) {
            for (int i = 0; i < LENGTH; i++) {
                int value = kind.code[i] & 0xff;
                skips[value] = (byte) Math.min(skips[value], LENGTH - 1 - i);
            }
        }
        return skips;
    }

    private static boolean matches(byte[] bytes, int at, byte[] wanted) {
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }
}
