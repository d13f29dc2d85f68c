package io.trapless.binary.x86;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes: no exception, a length of 1 to 15, nothing read beyond the limit. */
class RobustnessTest {
    private static final int[] INTERESTING = {
        0x0F, 0x38, 0x3A, 0x62, 0xC4, 0xC5, 0x8F, 0xD5, 0x66, 0x67, 0xF2, 0xF3, 0xF0, 0x40, 0x48, 0x64, 0x9B, 0xC7,
        0xF8, 0x25, 0x05, 0x04
    };

    private final Instruction instruction = new Instruction();
    private final Instruction again = new Instruction();

    @Test
    void randomBytes() {
        Random random = Seed.random("RobustnessTest");
        for (int i = 0; i < 2_000_000; i++) {
            byte[] code = new byte[20];
            random.nextBytes(code);
            for (int k = random.nextInt(5); k > 0; k--) {
                code[k] = (byte) INTERESTING[random.nextInt(INTERESTING.length)];
            }
            checkAnyLimit(code, random);
        }
    }

    /** The array ends where the limit is, so that a read beyond it would throw; and what lies beyond must not matter. */
    private void checkAnyLimit(byte[] code, Random random) {
        int offset = random.nextInt(4);
        int limit = offset + random.nextInt(code.length - offset + 1);
        byte[] cut = Arrays.copyOf(code, limit);
        boolean decoded = Decoder.decode(cut, offset, limit, 0x1234, instruction);
        boolean decodedAgain = Decoder.decode(code, offset, limit, 0x1234, again);
        assertThat(decodedAgain).isEqualTo(decoded);
        if (!decoded) {
            assertThat(instruction.error()).isNotEqualTo(DecodeError.NONE).isEqualTo(again.error());
            return;
        }
        int length = instruction.length();
        if (length < 1 || length > 15 || offset + length > limit || length != again.length()) {
            throw new AssertionError(instruction.toString() + " has length " + length);
        }
        useEverything(instruction);
        if (limit > offset + length) {
            assertThat(Decoder.decode(cut, offset, offset + length, 0x1234, again))
                    .isTrue();
            assertThat(again.length()).isEqualTo(length);
        }
        for (int shorter = offset; shorter < offset + length; shorter++) {
            if (Decoder.decode(cut, offset, shorter, 0x1234, again)) {
                throw new AssertionError(
                        instruction + " is an instruction after " + (shorter - offset) + " bytes, too");
            }
        }
    }

    private static void useEverything(Instruction i) {
        assertThat(i.registersWritten() & ~i.registersModified()).isZero();
        assertThat(i.flagsWritten() & ~i.flagsModified()).isZero();
        assertThat(i.toString()).isNotEmpty();
        if (i.effectsKnown() && (i.registersModified() & ~i.registersWritten() & ~i.registersRead()) != 0) {
            throw new AssertionError(i + " modifies a register in part without reading it");
        }
        byte[] copy = new byte[i.length()];
        i.copyBytes(copy, 0);
        assertThat(i.displacementOffset() + i.displacementSize()).isLessThanOrEqualTo(i.length());
        assertThat(i.immediateOffset() + i.immediateSize()).isLessThanOrEqualTo(i.length());
        i.target();
        i.ripTarget();
        i.isNop();
        i.isEndbr64();
        i.isPadding();
    }

    @Test
    void sixteenBytesAreTooMany() {
        byte[] code = new byte[16];
        Arrays.fill(code, (byte) 0x66);
        code[15] = (byte) 0x90;
        assertThat(Decoder.decode(code, 0, 16, 0, instruction)).isFalse();
        assertThat(instruction.error()).isEqualTo(DecodeError.TOO_LONG);
        assertThat(Decoder.decode(code, 1, 16, 0, instruction)).isTrue();
        assertThat(instruction.length()).isEqualTo(15);
        assertThat(Decoder.decode(code, 2, 15, 0, instruction)).isFalse();
        assertThat(instruction.error()).isEqualTo(DecodeError.TRUNCATED);
    }
}
