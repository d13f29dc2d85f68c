package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.flow.FunctionExit.Kind;
import io.trapless.binary.flow.FunctionExit.When;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Small functions, byte by byte; the first of each list is looked at, the others stand behind it. */
class FunctionFlowTest {
    private static final long BASE = 0x1000;

    @Test
    void aReturnIsAnExit() {
        FunctionFlow flow = follow("31c0c3");
        assertThat(flow.exits()).containsExactly(exit(2, Kind.RETURN, When.ALWAYS));
        assertThat(flow.doubts()).isEmpty();
        assertThat(follow("f2c3").exits()).containsExactly(exit(0, Kind.RETURN, When.ALWAYS));
        assertThat(follow("c20800").exits()).containsExactly(exit(0, Kind.RETURN, When.ALWAYS));
    }

    @Test
    void aJumpToAnotherFunctionIsATailExit() {
        assertThat(follow("e900000000", "c3").exits()).containsExactly(exit(0, Kind.TAIL, When.ALWAYS));
        assertThat(follow("85ff" + "0f8401000000" + "c3", "c3").exits())
                .containsExactly(exit(2, Kind.TAIL, When.IF_TAKEN), exit(8, Kind.RETURN, When.ALWAYS));
    }

    @Test
    void aJumpToItsOwnEntryIsATailExitAJumpInsideIsNone() {
        assertThat(follow("85ff" + "75fc" + "c3").exits())
                .containsExactly(exit(2, Kind.TAIL, When.IF_TAKEN), exit(4, Kind.RETURN, When.ALWAYS));
        assertThat(follow("90" + "85ff" + "75fc" + "c3").exits()).containsExactly(exit(5, Kind.RETURN, When.ALWAYS));
    }

    @Test
    void whatIsNotReachedIsNoExit() {
        // A jump over a byte that looks like a return.
        FunctionFlow flow = follow("eb01" + "c3" + "c3");
        assertThat(flow.exits()).containsExactly(exit(3, Kind.RETURN, When.ALWAYS));
        assertThat(flow.reaches(BASE + 2)).isFalse();
        assertThat(flow.reaches(BASE + 3)).isTrue();
    }

    @Test
    void aJumpToAValueThatWasPassedIsATailExit() {
        FunctionFlow flow = follow("ffe7");
        assertThat(flow.exits()).containsExactly(exit(0, Kind.TAIL, When.ALWAYS));
        assertThat(flow.doubts()).isEmpty();
    }

    @Test
    void aJumpThatIsComputedLeavesDoubt() {
        FunctionFlow flow = follow("4801f8" + "ffe0"); // add %rdi,%rax; jmp *%rax
        assertThat(flow.exits()).isEmpty();
        assertThat(flow.doubts()).containsExactly(ExitDoubt.COMPUTED_JUMP);
    }

    @Test
    void aValueThatMayBeZeroIsAValue() {
        // xor %edx,%edx; test %eax,%eax; js over; mov (%rdi,%rax,8),%rdx; jmp *%rdx
        FunctionFlow flow = follow("31d2" + "85c0" + "7804" + "488b14c7" + "ffe2");
        assertThat(flow.exits()).containsExactly(exit(10, Kind.TAIL, When.ALWAYS));
        assertThat(flow.doubts()).isEmpty();
    }

    /** {@code jmp *TABLE(,%rdi,8)}, then two cases. */
    @Test
    void aJumpThroughATableOfAddressesStaysInsideOrLeavesByWhatTheTableHolds() {
        String function = "ff24fd00200000" + "31c0c3" + "89f8c3";
        FunctionFlow inside = followFixed(function, BASE + 7, BASE + 10);
        assertThat(inside.exits())
                .containsExactly(exit(9, Kind.RETURN, When.ALWAYS), exit(12, Kind.RETURN, When.ALWAYS));
        assertThat(inside.doubts()).isEmpty();
        FunctionFlow leaves = followFixed(function, BASE + 13);
        assertThat(leaves.exits()).containsExactly(exit(0, Kind.TAIL, When.ALWAYS));
        FunctionFlow repeats = followFixed(function, BASE, BASE + 13);
        assertThat(repeats.exits()).containsExactly(exit(0, Kind.TAIL, When.ALWAYS));
    }

    @Test
    void aLabelThatIsHandedOnLeavesDoubtOnlyIfNothingInsideLeadsThere() {
        assertThat(followFixed("31c0c3" + "89f8c3", BASE + 2).doubts()).isEmpty();
        assertThat(followFixed("31c0c3" + "89f8c3", BASE + 3).doubts()).containsExactly(ExitDoubt.LABEL_ADDRESS);
    }

    @Test
    void runningOnIsATailExitUnlessBehindACall() {
        assertThat(follow("31c0", "c3").exits()).containsExactly(exit(0, Kind.TAIL, When.ALWAYS));
        assertThat(follow("85ff" + "7501", "90", "c3").exits()).containsExactly(exit(2, Kind.TAIL, When.ALWAYS));
        assertThat(follow("90" + "85ff" + "75fc", "c3").exits()).containsExactly(exit(3, Kind.TAIL, When.UNLESS_TAKEN));
        FunctionFlow noReturn = follow("e800000000", "c3");
        assertThat(noReturn.exits()).isEmpty();
        assertThat(noReturn.doubts()).isEmpty();
    }

    @Test
    void theWaysToAReturnOfOneByte() {
        FunctionFlow flow = follow("7402" + "31c0" + "c3", "31c0c3");
        FunctionExit ret = exit(4, Kind.RETURN, When.ALWAYS);
        assertThat(flow.exits()).containsExactly(ret);
        assertThat(flow.waysTo(ret)).containsExactly(way(0, When.IF_TAKEN), way(4, When.FROM_BEFORE));
        // Another function jumps there too: not all ways are known.
        FunctionFlow entered = follow("7402" + "31c0" + "c3", "ebfd");
        assertThat(entered.waysTo(ret)).isEmpty();
    }

    private static FunctionFlow.Way way(long offset, When when) {
        return new FunctionFlow.Way(BASE + offset, when);
    }

    @Test
    void theWaysToANop() {
        FunctionFlow flow = follow("7402" + "31c0" + "90" + "ffc8" + "75fb" + "c3", "31c0c3");
        assertThat(flow.waysToNote(BASE + 4))
                .containsExactly(way(0, When.IF_TAKEN), way(7, When.IF_TAKEN), way(4, When.FROM_BEFORE));
        assertThat(follow("7402" + "31c0" + "90" + "c3", "ebfc").waysToNote(BASE + 4))
                .as("a loop of another function")
                .isEmpty();
        assertThat(follow("31c0c3" + "90" + "c3", "31c0c3").waysToNote(BASE + 3))
                .as("control does not come there")
                .isEmpty();
    }

    @Test
    void aRangeBeforeASiteEndsThere() {
        CodeMap map = map("b801000000" + "7402" + "31c0" + "c3", "31c0c3");
        assertThat(DisplacedRange.planBefore(map, BASE + 9, 2))
                .isEqualTo(new DisplacedRange(BASE + 7, BASE + 9, 2, 2, true));
        assertThat(DisplacedRange.planBefore(map, BASE + 9, 5))
                .isEqualTo(new DisplacedRange(BASE, BASE + 9, 9, 9, true));
        // Behind a call nothing is come to from before: it returns to the site itself.
        assertThat(DisplacedRange.planBefore(map("e800000000" + "c3"), BASE + 5, 5))
                .isInstanceOf(Displacement.Refused.class);
    }

    @Test
    void islandsStandBehindCodeAndBeforeTargets() {
        String padding = "909090909090";
        CodeMap map = map("31c0c3" + padding, "31c0c3");
        assertThat(new Islands(map).near(BASE)).containsExactly(new CodeRange(BASE + 3, BASE + 9));
        // Behind an instruction that goes on it is run through.
        assertThat(new Islands(map("31c0" + padding + "c3")).near(BASE)).isEmpty();
        // A branch enters the last bytes.
        assertThat(new Islands(map("7403" + "31c0c3" + padding + "c3")).near(BASE))
                .isEmpty();
        assertThat(Islands.reaches(BASE, BASE + 129)).isTrue();
        assertThat(Islands.reaches(BASE, BASE + 130)).isFalse();
        assertThat(Islands.reaches(BASE, BASE - 126)).isTrue();
        assertThat(Islands.reaches(BASE, BASE - 127)).isFalse();
    }

    /** A function at a fixed address, another one behind it, and words at 0x2000. */
    private static FunctionFlow followFixed(String function, long... words) {
        CodeRange range = new CodeRange(BASE, BASE + function.length() / 2);
        ByteBuffer data = ByteBuffer.allocate(words.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asLongBuffer().put(words);
        return FunctionFlow.of(
                CodeMap.analyze(new TestImage(
                        List.of(new ImageView.Section(BASE, HexFormat.of().parseHex(function + "c3"))),
                        List.of(new ImageView.Section(0x2000, data.array())),
                        false,
                        words,
                        List.of(range, new CodeRange(range.end(), range.end() + 1)),
                        new long[0],
                        List.of())),
                range);
    }

    private static FunctionFlow follow(String... functions) {
        return FunctionFlow.of(map(functions), new CodeRange(BASE, BASE + functions[0].length() / 2));
    }

    private static CodeMap map(String... functions) {
        List<CodeRange> ranges = new ArrayList<>();
        long at = BASE;
        for (String function : functions) {
            ranges.add(new CodeRange(at, at + function.length() / 2));
            at += function.length() / 2;
        }
        byte[] code = HexFormat.of().parseHex(String.join("", functions));
        return CodeMap.analyze(new TestImage(
                List.of(new ImageView.Section(BASE, code)),
                List.of(),
                true,
                new long[0],
                ranges,
                new long[0],
                List.of()));
    }

    private static FunctionExit exit(int offset, Kind kind, When when) {
        return new FunctionExit(BASE + offset, kind, when);
    }
}
