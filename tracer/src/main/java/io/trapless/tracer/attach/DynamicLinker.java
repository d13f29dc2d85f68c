package io.trapless.tracer.attach;

import org.jspecify.annotations.Nullable;

/**
 * The dynamic linker of a process, as far as it tells debuggers what it loads and unloads (link.h): each time it has changed its list of libraries it calls a function that does nothing.
 *
 * @param hook address of that function in the process
 * @param original its first {@link #JUMP_BYTES} bytes: {@code ret} and padding, or {@code endbr64; ret}
 * @param state address of the 32-bit word that says whether the list is whole; 0 means it is ({@code RT_CONSISTENT})
 */
public record DynamicLinker(long hook, byte[] original, long state) {
    /** Bytes that a jump takes. */
    public static final int JUMP_BYTES = 5;

    private static final int RET = 0xc3;
    private static final int ENDBR64 = 0xfa1e0ff3;
    private static final int ENDBR64_SIZE = 4;

    /** AT_BASE of the auxiliary vector (getauxval(3)). */
    private static final int AT_BASE = 7;

    /** That of a process; null for a static program, or if its linker has no such function that could be replaced. */
    public static @Nullable DynamicLinker of(TargetProcess target) throws AttachException {
        long base = target.auxiliaryValue(AT_BASE);
        LinkerImage image = base == 0 ? null : LinkerImage.of(target, base);
        if (image == null) {
            return null;
        }
        long hook = base + image.hook();
        byte[] original = target.readMemory(hook, JUMP_BYTES);
        return isReplaceable(original, image.hookSize())
                ? new DynamicLinker(hook, original, base + image.debug() + LinkerImage.STATE_OFFSET)
                : null;
    }

    /** Where the function's only instruction that does something, its return, stands. */
    public long returnAddress() {
        return hook + ((original[0] & 0xff) == RET ? 0 : ENDBR64_SIZE);
    }

    /** {@code ret} with padding behind it, or {@code endbr64; ret}. */
    static boolean isReplaceable(byte[] code, long size) {
        int second = code[1] & 0xff;
        boolean padded = (code[0] & 0xff) == RET
                && size == 1
                && (second == 0x66 || second == 0x90 || second == 0xcc || second == 0x0f || second == 0x2e);
        boolean marked = Bytes.getInt(code, 0) == ENDBR64 && (code[ENDBR64_SIZE] & 0xff) == RET;
        return padded || marked;
    }
}
