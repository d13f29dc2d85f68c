package io.trapless.binary.flow;

import io.trapless.binary.flow.ImageView.Section;

/**
 * The code by which signal handlers return: {@code mov $15, %eax; syscall}. It is known by its bytes: unwinders tell a signal's frame by them where nothing else does ({@code x86_64_fallback_frame_state} of libgcc, gdb), and
 * a tracer's remote calls end there.
 */
public final class SignalReturn {
    private static final byte[][] PATTERNS = {
        {0x48, (byte) 0xc7, (byte) 0xc0, 15, 0, 0, 0, 0x0f, 0x05}, {(byte) 0xb8, 15, 0, 0, 0, 0x0f, 0x05}
    };

    private SignalReturn() {}

    /** Copies of the two forms in which it is written: with a 64-bit {@code mov}, as the C libraries have it, and with a 32-bit one. */
    public static byte[][] forms() {
        return new byte[][] {PATTERNS[0].clone(), PATTERNS[1].clone()};
    }

    /** Whether some of it stands in {@code [start, end)}. */
    static boolean touches(Section section, long start, long end) {
        for (byte[] pattern : PATTERNS) {
            for (long at = start - pattern.length + 1; at < end; at++) {
                if (stands(section, at, pattern)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean stands(Section section, long at, byte[] pattern) {
        byte[] code = section.bytes();
        long offset = at - section.address();
        if (offset < 0 || offset + pattern.length > code.length) {
            return false;
        }
        for (int i = 0; i < pattern.length; i++) {
            if (code[(int) offset + i] != pattern[i]) {
                return false;
            }
        }
        return true;
    }
}
