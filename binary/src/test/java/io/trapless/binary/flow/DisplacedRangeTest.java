package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.RelocationRefusal;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Small functions, byte by byte. */
class DisplacedRangeTest {
    private static final long BASE = 0x1000;

    @Test
    void oneLongInstructionIsDisplacedAlone() {
        assertThat(plan("b801000000" + "c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 5, true));
        assertThat(plan("0f1f440000" + "c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 5, true));
        assertThat(plan("488b0500000000" + "c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 7, 7, true));
    }

    @Test
    void severalShortOnesAreDisplacedTogether() {
        assertThat(plan("55" + "4889e5" + "4154" + "c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 6, 6, true));
    }

    @Test
    void whatStandsBehindAReturnMustBePadding() {
        assertThat(plan("31c0c3" + "0f1f4000" + "90", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 3, false));
        assertThat(plan("31c0c3" + "cccc", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 3, false));
        assertThat(plan("31c0c3" + "31c0c3", 0)).isEqualTo(refused(DisplacementRefusal.FUNCTION_TOO_SHORT, 3));
        assertThat(plan("31c0c3", 0)).isEqualTo(refused(DisplacementRefusal.FUNCTION_TOO_SHORT, 3));
        assertThat(plan("f3c3" + "66662e0f1f840000000000", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 2, false));
    }

    @Test
    void howSignalHandlersReturnIsLeftAlone() {
        assertThat(plan("48c7c00f000000" + "0f05" + "90c3", 0))
                .isEqualTo(refused(DisplacementRefusal.SIGNAL_RETURN, 0));
        assertThat(plan("b80f000000" + "0f05" + "90c3", 0)).isEqualTo(refused(DisplacementRefusal.SIGNAL_RETURN, 0));
        assertThat(plan("b80e000000" + "0f05" + "90c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 5, true));
        assertThat(plan("b80f000000" + "31c0" + "90c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 5, true));
    }

    @Test
    void aCallMayOnlyBeLast() {
        assertThat(plan("e800000000" + "c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 5, 5, true));
        assertThat(plan("4883ec08" + "ffd0" + "c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 6, 6, true));
        assertThat(plan("55" + "ffd0" + "31c0" + "c3", 0)).isEqualTo(refused(DisplacementRefusal.CALL_NOT_LAST, 3));
    }

    @Test
    void aBranchIntoTheRangeIsFound() {
        // A loop to the second instruction, from behind.
        assertThat(plan("31c0" + "ffc8" + "75fc" + "90c3", 0)).isEqualTo(refused(DisplacementRefusal.TARGET_INSIDE, 2));
        // To the first byte it is harmless.
        assertThat(plan("ffc8" + "85c0" + "75fa" + "c3", 0)).isEqualTo(new DisplacedRange(BASE, BASE, 6, 6, true));
    }

    /** Five bytes become a jump; what is left of the last instruction stays. */
    @Test
    void aBranchBehindTheJumpIsHarmless() {
        // nop; jmp +8; ud2; and a branch to the last byte of the first jump.
        assertThat(plan("90" + "e908000000" + "0f0b" + "ebfb" + "90909090" + "31c0c3", 0))
                .isEqualTo(new DisplacedRange(BASE, BASE, 6, 6, false));
        assertThat(plan("90" + "e908000000" + "0f0b" + "ebfa" + "90909090" + "31c0c3", 0))
                .isEqualTo(refused(DisplacementRefusal.TARGET_INSIDE, 4));
        // At the site itself it would pass by the jump.
        assertThat(plan("7405" + "b801000000" + "c3" + "31c0c3", 7))
                .isEqualTo(refused(DisplacementRefusal.FUNCTION_TOO_SHORT, 8));
    }

    @Test
    void aReturnIsReachedFromBefore() {
        // add $8,%rsp; ret; then other code that a branch enters.
        assertThat(plan("7405" + "4883c408" + "c3" + "31c0c3", 6))
                .isEqualTo(new DisplacedRange(BASE + 2, BASE + 6, 5, 5, false));
        assertThat(((DisplacedRange) plan("7405" + "4883c408" + "c3" + "31c0c3", 6)).isBackward())
                .isTrue();
        // A branch to the return itself forbids it.
        assertThat(plan("7404" + "4883c408" + "c3" + "31c0c3", 6))
                .isEqualTo(refused(DisplacementRefusal.FUNCTION_TOO_SHORT, 7));
        // A call before it as well: it would return into the middle.
        assertThat(plan("e800000000" + "c3" + "31c0c3", 5))
                .isEqualTo(refused(DisplacementRefusal.FUNCTION_TOO_SHORT, 6));
    }

    @Test
    void whatCannotMoveIsNamed() {
        assertThat(plan("0f05" + "90909090c3", 0))
                .isEqualTo(new Displacement.Refused(
                        DisplacementRefusal.UNRELOCATABLE, BASE, RelocationRefusal.SYSTEM_CALL));
        assertThat(((Displacement.Refused) plan("0f05" + "90909090c3", 0)).sentence())
                .isEqualTo("there is a system call, which tells its own address in rcx (at 0x1000)");
        assertThat(plan("90" + "06" + "9090909090", 0)).isEqualTo(refused(DisplacementRefusal.UNKNOWN_CODE, 1));
    }

    @Test
    void aSiteMustBeAnInstruction() {
        assertThat(plan("b801000000" + "c3", 1)).isEqualTo(refused(DisplacementRefusal.NOT_AN_INSTRUCTION, 1));
        assertThat(plan("c3", 0x100)).isEqualTo(refused(DisplacementRefusal.NOT_CODE, 0x100));
    }

    private static Displacement plan(String code, int offset) {
        CodeMap map = CodeMap.analyze(TestImage.ofFunction(BASE, HexFormat.of().parseHex(code)));
        return DisplacedRange.plan(map, BASE + offset, 5);
    }

    private static Displacement.Refused refused(DisplacementRefusal reason, int at) {
        return new Displacement.Refused(reason, BASE + at, null);
    }
}
