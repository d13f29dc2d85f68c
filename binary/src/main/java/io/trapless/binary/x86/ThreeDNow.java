package io.trapless.binary.x86;

/** The suffix bytes of AMD's 3DNow! instructions, 0F 0F (AMD APM volume 3, appendix A). */
final class ThreeDNow {
    private static final int[] OPCODES = {
        0x0C, 0x0D, 0x1C, 0x1D, 0x8A, 0x8E, 0x90, 0x94, 0x96, 0x97, 0x9A, 0x9E, 0xA0, 0xA4, 0xA6, 0xA7, 0xAA, 0xAE,
        0xB0, 0xB4, 0xB6, 0xB7, 0xBB, 0xBF
    };

    private ThreeDNow() {}

    static boolean isOpcode(int suffix) {
        for (int opcode : OPCODES) {
            if (opcode == suffix) {
                return true;
            }
        }
        return false;
    }
}
