package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.flow.ImageView.RestartableSequence;
import io.trapless.binary.flow.ImageView.Section;
import io.trapless.binary.x86.Assembler;
import io.trapless.binary.x86.Condition;
import io.trapless.binary.x86.Gpr;
import io.trapless.binary.x86.Label;
import io.trapless.binary.x86.Mem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each way in which control can arrive, in the smallest image that has it. */
class CodeMapTest {
    private static final long TEXT = 0x401000;
    private static final long DATA = 0x500000;

    private final Assembler text = new Assembler(TEXT);
    private final Assembler data = new Assembler(DATA);
    private final List<CodeRange> functions = new ArrayList<>();
    private final List<RestartableSequence> sequences = new ArrayList<>();
    private long[] codePointers = {};
    private long[] landingPads = {};
    private boolean positionIndependent = true;

    @Test
    void directBranchesOfTheWholeImageAreTargets() {
        long first = function(a -> {
            a.nop(5);
            a.ret();
        });
        long middle = first + 5;
        function(a -> {
            a.jcc(Condition.E, middle);
            a.ret();
        });
        CodeMap map = analyze();
        assertThat(map.kindOf(first)).isEqualTo(TargetKind.FUNCTION_START);
        assertThat(map.kindOf(middle)).isEqualTo(TargetKind.DIRECT);
        assertThat(map.kindOf(first + 1)).isNull();
        assertThat(map.firstTargetIn(first + 1, first + 6)).isEqualTo(middle);
        assertThat(map.firstTargetIn(first + 1, middle)).isEqualTo(CodeMap.NO_TARGET);
        assertThat(map.isTarget(TEXT - 1)).isTrue();
    }

    @Test
    void codeThatNoFunctionCoversIsReadToo() {
        text.jmp(TEXT + 0x20);
        text.nop(0x1B);
        text.ret();
        assertThat(analyze().kindOf(TEXT + 0x20)).isEqualTo(TargetKind.DIRECT);
    }

    @Test
    void aBranchIntoAnInstructionIsFollowedFromThere() {
        // jne +1; lock (skipped); then what both ways run. The byte after the skipped prefix hides another branch.
        text.db((byte) 0x75, (byte) 0x01);
        text.db((byte) 0x48, (byte) 0xE9);
        text.dd(0x10);
        text.nop(0x40);
        // From TEXT + 3 the same bytes are e9 10 00 00 00: a jump to TEXT + 8 + 16.
        CodeMap map = analyze();
        assertThat(map.kindOf(TEXT + 3)).isEqualTo(TargetKind.DIRECT);
        assertThat(map.kindOf(TEXT + 24)).isEqualTo(TargetKind.DIRECT);
    }

    @Test
    void decodingFallsInStepAfterDataInTheCode() {
        long first = function(a -> {
            a.ret();
            a.db((byte) 0x48, (byte) 0xB8); // the beginning of a mov with 8 bytes of immediate
        });
        long second = function(a -> {
            a.jmp(first);
            a.nop(20);
        });
        CodeMap map = analyze();
        assertThat(map.isInstructionBoundary(second, second + 5)).isTrue();
        assertThat(map.isInstructionBoundary(second, second + 4)).isFalse();
        assertThat(map.isSwept(second)).isTrue();
    }

    @Test
    void entriesOfTablesOfDistancesAreTargets() {
        Label table = text.label();
        long function = function(a -> {
            a.lea(Gpr.RDX, Mem.ripAbsolute(DATA));
            a.movsx(Gpr.RAX, Mem.of(Gpr.RDX, Gpr.RDI, 4, 0), 4);
            a.add(Gpr.RAX, Gpr.RDX, 8);
            a.db((byte) 0x3E);
            a.jmp(Gpr.RAX);
            a.nop(1);
            a.ret();
        });
        text.bind(table);
        long target = functions.getFirst().end() - 1;
        data.dd((int) (target - DATA));
        data.dd((int) (target - 1 - DATA));
        data.dd(0x7FFFFFFF);
        CodeMap map = analyze();
        assertThat(map.kindOf(target)).isEqualTo(TargetKind.JUMP_TABLE);
        assertThat(map.kindOf(target - 1)).isEqualTo(TargetKind.JUMP_TABLE);
        assertThat(map.hasUnresolvedIndirectJump(function, functions.getFirst().end()))
                .isFalse();
    }

    @Test
    void entriesOfTablesOfDistancesFromALabelAreTargets() {
        Label label = text.label();
        long function = function(a -> {
            a.lea(Gpr.RCX, Mem.rip(label));
            a.lea(Gpr.RDX, Mem.ripAbsolute(DATA));
            a.movsx(Gpr.RAX, Mem.of(Gpr.RDX, Gpr.RDI, 4, 0), 4);
            a.add(Gpr.RAX, Gpr.RCX, 8);
            a.jmp(Gpr.RAX);
            a.bind(label);
            a.nop(1);
            a.nop(1);
            a.ret();
        });
        long target = functions.getFirst().end() - 1;
        data.dd(0);
        data.dd(2);
        data.dd(-1000);
        CodeMap map = analyze();
        assertThat(map.kindOf(target)).isEqualTo(TargetKind.JUMP_TABLE);
        assertThat(map.kindOf(target - 2)).isEqualTo(TargetKind.JUMP_TABLE);
        assertThat(map.hasUnresolvedIndirectJump(function, functions.getFirst().end()))
                .isFalse();
    }

    /** lea table, rax; mov (rdx,rax), eax; cltq; lea table, rdx; add rdx, rax. */
    private void unoptimizedSwitch(long otherTable) {
        function(a -> {
            a.lea(Gpr.RAX, Mem.ripAbsolute(DATA));
            a.db((byte) 0x8B, (byte) 0x04, (byte) 0x02);
            a.db((byte) 0x48, (byte) 0x98);
            a.lea(Gpr.RDX, Mem.ripAbsolute(otherTable));
            a.add(Gpr.RAX, Gpr.RDX, 8);
            a.jmp(Gpr.RAX);
            a.nop(1);
            a.ret();
        });
        data.dd((int) (functions.getFirst().end() - 1 - DATA));
        data.dd(0x7FFFFFFF);
    }

    @Test
    void aSwitchThatWasNotOptimizedIsResolved() {
        unoptimizedSwitch(DATA);
        CodeMap map = analyze();
        assertThat(map.kindOf(functions.getFirst().end() - 1)).isEqualTo(TargetKind.JUMP_TABLE);
        assertThat(map.unresolvedIndirectJumps()).isEmpty();
    }

    @Test
    void aTableWhoseAddressIsLoadedTwiceIsResolved() {
        function(a -> {
            a.lea(Gpr.RCX, Mem.ripAbsolute(DATA));
            a.movsx(Gpr.RCX, Mem.of(Gpr.RCX, Gpr.R10, 4, 0), 4);
            a.lea(Gpr.R10, Mem.ripAbsolute(DATA));
            a.add(Gpr.RCX, Gpr.R10, 8);
            a.jmp(Gpr.RCX);
            a.nop(1);
            a.ret();
        });
        data.dd((int) (functions.getFirst().end() - 1 - DATA));
        data.dd(0x7FFFFFFF);
        assertThat(analyze().unresolvedIndirectJumps()).isEmpty();
    }

    @Test
    void oneThatAddsAnotherAddressIsNot() {
        unoptimizedSwitch(DATA + 4);
        assertThat(analyze().unresolvedIndirectJumps()).hasSize(1);
    }

    @Test
    void aComputedJumpIsNotResolved() {
        long function = function(a -> {
            a.nop(3);
            a.lea(Gpr.RDX, Mem.ripAbsolute(TEXT + 3));
            a.shl(Gpr.RDI, 4);
            a.add(Gpr.RDX, Gpr.RDI, 8);
            a.jmp(Gpr.RDX);
            a.nop(3);
            a.nop(3);
            a.ret();
        });
        long end = functions.getFirst().end();
        CodeMap map = analyze();
        assertThat(map.hasUnresolvedIndirectJump(function, end)).isTrue();
        assertThat(map.unresolvedIndirectJumps()).hasSize(1);
        // The middle is refused, the entry is not.
        assertThat(DisplacedRange.plan(map, end - 7, 5))
                .isEqualTo(new Displacement.Refused(DisplacementRefusal.UNRESOLVED_JUMP, end - 7, null));
    }

    @Test
    void jumpsToLoadedPassedAndReturnedPointersAreResolved() {
        function(a -> a.jmp(Gpr.RDI));
        function(a -> {
            a.mov(Gpr.RAX, Mem.of(Gpr.RDI, 8), 8);
            a.test(Gpr.RAX, Gpr.RAX, 8);
            Label none = a.label();
            a.jcc(Condition.E, none);
            a.jmp(Gpr.RAX);
            a.bind(none);
            a.ret();
        });
        function(a -> {
            a.call(TEXT);
            a.jmp(Gpr.RAX);
        });
        function(a -> {
            a.mov(Gpr.RBX, Gpr.RSI, 8);
            a.call(TEXT);
            a.mov(Gpr.RAX, Gpr.RBX, 8);
            a.jmp(Gpr.RAX);
        });
        assertThat(analyze().unresolvedIndirectJumps()).isEmpty();
    }

    @Test
    void whatOneWayComputesIsNotResolvedByTheOther() {
        function(a -> {
            Label known = a.label();
            Label both = a.label();
            a.test(Gpr.RDI, Gpr.RDI, 8);
            a.jcc(Condition.E, known);
            a.imul(Gpr.RAX, Gpr.RDI, 16);
            a.jmp(both);
            a.bind(known);
            a.mov(Gpr.RAX, Mem.of(Gpr.RSI, 0), 8);
            a.bind(both);
            a.jmp(Gpr.RAX);
        });
        assertThat(analyze().unresolvedIndirectJumps()).hasSize(1);
    }

    @Test
    void addressesThatInstructionsFormAreTargets() {
        function(a -> {
            a.lea(Gpr.RAX, Mem.ripAbsolute(TEXT + 30));
            a.mov(Gpr.RAX, TEXT + 31);
            a.lea(Gpr.RAX, Mem.ofIndex(Gpr.RAX, 8, (int) TEXT + 32));
            a.nop(40);
        });
        positionIndependent = false;
        CodeMap fixed = analyze();
        assertThat(fixed.kindOf(TEXT + 30)).isEqualTo(TargetKind.ADDRESS_TAKEN);
        assertThat(fixed.kindOf(TEXT + 31)).isEqualTo(TargetKind.ADDRESS_TAKEN);
        assertThat(fixed.kindOf(TEXT + 32)).isEqualTo(TargetKind.ADDRESS_TAKEN);
        positionIndependent = true;
        CodeMap moving = analyze();
        assertThat(moving.kindOf(TEXT + 30)).isEqualTo(TargetKind.ADDRESS_TAKEN);
        assertThat(moving.kindOf(TEXT + 31)).isNull();
    }

    @Test
    void pointersInDataAndOfRelocationsAndLandingPadsAreTargets() {
        text.nop(64);
        data.db((byte) 1, (byte) 2, (byte) 3);
        data.dq(TEXT + 9);
        codePointers = new long[] {TEXT + 18, 5};
        landingPads = new long[] {TEXT + 27};
        sequences.add(new RestartableSequence(0, TEXT + 40, TEXT + 50, TEXT + 36));
        positionIndependent = false;
        CodeMap map = analyze();
        assertThat(map.kindOf(TEXT + 9)).isEqualTo(TargetKind.POINTER);
        assertThat(map.kindOf(TEXT + 18)).isEqualTo(TargetKind.POINTER);
        assertThat(map.kindOf(TEXT + 27)).isEqualTo(TargetKind.LANDING_PAD);
        assertThat(map.kindOf(TEXT + 36)).isEqualTo(TargetKind.LANDING_PAD);
        positionIndependent = true;
        assertThat(analyze().kindOf(TEXT + 9)).isNull();
    }

    @Test
    void aRestartableSequenceIsProtectedFromItsArming() {
        long function = function(a -> {
            a.nop(70);
            a.nop(70);
            a.lea(Gpr.RAX, Mem.ripAbsolute(DATA)); // 140: arms
            a.nop(70); // 147
            a.nop(70); // 217: the sequence is the last 35 bytes of it
            a.ret();
        });
        data.nop(32);
        sequences.add(new RestartableSequence(DATA, function + 252, function + 287, 0));
        CodeMap map = analyze();
        assertThat(map.touchesRestartableSequence(function + 130, function + 140))
                .isFalse();
        assertThat(map.touchesRestartableSequence(function + 139, function + 141))
                .isTrue();
        assertThat(map.touchesRestartableSequence(function + 280, function + 285))
                .isTrue();
        assertThat(map.touchesRestartableSequence(function + 287, function + 290))
                .isFalse();
        assertThat(DisplacedRange.plan(map, function + 147, 5))
                .isEqualTo(new Displacement.Refused(DisplacementRefusal.RSEQ_SECTION, function + 147, null));
    }

    @Test
    void nestedFunctionsAreFoundByTheNearestStart() {
        text.nop(100);
        functions.add(new CodeRange(TEXT, TEXT + 50));
        functions.add(new CodeRange(TEXT + 10, TEXT + 20));
        functions.add(new CodeRange(TEXT + 60, TEXT + 60));
        CodeMap map = analyze();
        assertThat(map.functionAt(TEXT + 15)).isEqualTo(new CodeRange(TEXT + 10, TEXT + 20));
        assertThat(map.functionAt(TEXT + 25)).isEqualTo(new CodeRange(TEXT, TEXT + 50));
        assertThat(map.functionAt(TEXT + 55)).isNull();
        assertThat(map.functionAt(TEXT + 65)).isNotNull();
    }

    @Test
    void theEntrySiteIsBehindEndbr64() {
        text.db((byte) 0xF3, (byte) 0x0F, (byte) 0x1E, (byte) 0xFA);
        text.ret();
        CodeMap map = analyze();
        assertThat(map.entrySite(TEXT)).isEqualTo(TEXT + 4);
        assertThat(map.entrySite(TEXT + 4)).isEqualTo(TEXT + 4);
    }

    private long function(java.util.function.Consumer<Assembler> body) {
        long start = text.address();
        body.accept(text);
        functions.add(new CodeRange(start, text.address()));
        return start;
    }

    private CodeMap analyze() {
        return CodeMap.analyze(new TestImage(
                List.of(new Section(TEXT, text.toByteArray())),
                List.of(new Section(DATA, data.toByteArray())),
                positionIndependent,
                codePointers,
                functions,
                landingPads,
                sequences));
    }
}
