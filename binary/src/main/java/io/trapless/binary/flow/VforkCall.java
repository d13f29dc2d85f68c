package io.trapless.binary.flow;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * A place at which the C library, or Go's, asks for a child that may share its parent's memory and thread area: a {@code mov} of the call's number to eax, and a {@code syscall} behind which neither the flags nor rcx and r11 matter. Known by the bytes around it, which glibc's
 * assembly has had since it registers rseq (2.35; sysdeps/unix/sysv/linux/x86_64/vfork.S, clone.S, clone3.S), and Go's since it has the function (1.9; src/syscall/asm_linux_amd64.s): nothing of the image has to be analysed for that.
 *
 * @param address of the {@code mov}, as the file states it
 */
public record VforkCall(long address, Kind kind) {
    private static final String SYSCALL = "0f05";

    /** Bytes of the {@code syscall}. */
    public static final int SYSCALL_BYTES = SYSCALL.length() / 2;

    /** How many bytes up to the end of the {@code syscall} are searched for: as many as the shortest has. */
    private static final int LENGTH = DisplacedRange.JUMP_BYTES + SYSCALL_BYTES;

    private static final byte[] SKIPS = skips();

    /** Which call it is. */
    @SuppressWarnings("ImmutableEnumChecker") // nobody writes into its arrays
    public enum Kind {
        /** Always makes such a child. Before it the return address is taken off the stack, behind it put back. */
        VFORK("5f", "b83a000000", "57"),
        /** The flags are in edi. */
        CLONE("", "b838000000", "4885c0"),
        /** The flags are the first word of what rdi points to. */
        CLONE3("", "b8b3010000", "4885c0"),
        /** Go's {@code rawVforkSyscall}: eax tells which of the last two it is. Behind the {@code mov} the return address is taken off the stack, behind the call put back. */
        GO("", "488b442408" + "415c", "4154");

        private final byte[] before;
        private final byte[] code;
        private final int displacedBytes;

        Kind(String before, String displaced, String after) {
            this.before = HexFormat.of().parseHex(before);
            this.code = HexFormat.of().parseHex(displaced + SYSCALL + after);
            this.displacedBytes = displaced.length() / 2;
        }

        /** Bytes from the {@code mov} up to the {@code syscall}. */
        public int displacedBytes() {
            return displacedBytes;
        }

        private boolean stands(byte[] bytes, int at) {
            return at >= before.length
                    && at + code.length <= bytes.length
                    && matches(bytes, at - before.length, before)
                    && matches(bytes, at, code);
        }
    }

    /** What is overwritten for it: what stands before the {@code syscall}, into which nothing can jump; the probe's place is the {@code syscall}. */
    public DisplacedRange range() {
        int bytes = kind.displacedBytes;
        return new DisplacedRange(address, address + bytes, bytes, bytes, true);
    }

    /** A copy of the bytes that are overwritten. */
    public byte[] original() {
        return Arrays.copyOf(kind.code, kind.displacedBytes);
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
            for (Kind kind : Kind.values()) {
                int at = end + 1 - SYSCALL_BYTES - kind.displacedBytes;
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
            int last = kind.displacedBytes + SYSCALL_BYTES - 1;
            for (int i = 0; i < LENGTH; i++) {
                int value = kind.code[last - i] & 0xff;
                skips[value] = (byte) Math.min(skips[value], i);
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
