package io.trapless.tracer.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.FunctionExit.When;
import io.trapless.binary.flow.ImageView;
import io.trapless.binary.flow.VforkCall;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What becomes of sites that are armed together. */
class PatchSetTest {
    private static final long BASE = 0x1000;

    @Test
    void entryAndReturnOfAShortFunctionAreOnePatch() {
        SitePlanner planner = planner("31c0c3" + "cccccccccccc");
        List<Patch> patches = patches(planner, BASE, BASE + 2);
        assertThat(patches).singleElement().satisfies(patch -> {
            assertThat(patch.address()).isEqualTo(BASE);
            assertThat(patch.codeBytes()).isEqualTo(3);
            assertThat(patch.original()).hasSize(7);
            assertThat(patch.points()).extracting(Patch.Point::address).containsExactly(BASE, BASE + 2);
        });
    }

    @Test
    void sitesApartAreTwo() {
        SitePlanner planner = planner("b801000000" + "b802000000" + "c3" + "cccccccc");
        assertThat(patches(planner, BASE, BASE + 5)).extracting(Patch::address).containsExactly(BASE, BASE + 5);
    }

    @Test
    void aShortJumpGetsPaddingThatNoOtherPatchNeeds() {
        // pop; ret, and at once the next function, with padding behind it that its own patch takes a part of
        SitePlanner planner = planner("5bc3", "31c0c3" + "9090909090909090");
        assertThat(planner.plan(BASE))
                .isInstanceOfSatisfying(
                        SitePlan.Jump.class, jump -> assertThat(jump.tactic()).isEqualTo(Tactic.ISLAND));
        assertThat(patches(planner, BASE)).singleElement().satisfies(patch -> {
            assertThat(patch.island()).isNotNull();
            assertThat(patch.island().jump()).isEqualTo(BASE + 5);
        });
        List<Patch> both = patches(planner, BASE, BASE + 2);
        assertThat(both).hasSize(2);
        assertThat(both.getFirst().island()).isNotNull();
        assertThat(both.getFirst().island().jump())
                .as("behind the padding that the second function's jump overwrites")
                .isEqualTo(BASE + 7);
        assertThat(both.getLast().end()).isEqualTo(BASE + 7);
    }

    @Test
    void islandsAreNotShared() {
        SitePlanner planner = planner("5bc3", "5dc3", "b801000000c3" + "9090909090" + "90909090");
        PatchSet set = new PatchSet();
        add(set, planner, BASE);
        add(set, planner, BASE + 2);
        set.build(planner);
        assertThat(set.patches()).hasSize(1);
        assertThat(set.refusals()).containsOnlyKeys(new PatchSet.Key(BASE + 2, When.ALWAYS));
    }

    @Test
    void whereNoPaddingIsNearInstructionsMakeRoom() {
        // pop; ret, and at once the next function: two moves and a return
        SitePlanner planner = planner("5bc3", "b801000000" + "b902000000" + "c3");
        assertThat(planner.plan(BASE))
                .isInstanceOfSatisfying(
                        SitePlan.Jump.class, jump -> assertThat(jump.tactic()).isEqualTo(Tactic.EVICTION));
        assertThat(patches(planner, BASE)).singleElement().satisfies(patch -> {
            assertThat(patch.island()).isNotNull();
            assertThat(patch.island().displaces()).isTrue();
            assertThat(patch.island().jump()).isEqualTo(BASE + 7);
            assertThat(patch.island().place().address()).isEqualTo(BASE + 2);
            assertThat(patch.island().place().codeBytes()).isEqualTo(10);
        });
    }

    @Test
    void instructionsThatAreProbedMakeNoRoom() {
        SitePlanner planner = planner("5bc3", "b801000000" + "b902000000" + "c3");
        PatchSet set = new PatchSet();
        add(set, planner, BASE);
        add(set, planner, BASE + 2);
        set.build(planner);
        assertThat(set.patches()).extracting(Patch::address).containsExactly(BASE + 2);
        assertThat(set.refusals()).containsOnlyKeys(new PatchSet.Key(BASE, When.ALWAYS));
    }

    @Test
    void instructionsThatBranchesEnterMakeNoRoom() {
        // the second function jumps back between its two moves
        SitePlanner planner = planner("5bc3", "b801000000" + "b902000000" + "ebf9");
        assertThat(planner.plan(BASE)).isInstanceOf(SitePlan.Refused.class);
    }

    @Test
    void whatControlDoesNotComeToMakesNoRoom() {
        // behind the return stand bytes that look like instructions
        SitePlanner planner = planner("5bc3", "c3" + "b801000000" + "b902000000" + "b903000000");
        assertThat(planner.plan(BASE)).isInstanceOf(SitePlan.Refused.class);
    }

    /** pop; mov; syscall; push: the first bytes of vfork. */
    private static final String VFORK = "5f" + "b83a000000" + "0f05" + "57" + "c3" + "cccccccc";

    @Test
    void aCallAloneIsAPatchWithoutPoints() {
        SitePlanner planner = planner(VFORK);
        PatchSet set = new PatchSet();
        set.addVforkCalls(List.of(new VforkCall(BASE + 1, VforkCall.Kind.VFORK)));
        set.build(planner);
        assertThat(set.patches()).singleElement().satisfies(patch -> {
            assertThat(patch.address()).isEqualTo(BASE + 1);
            assertThat(patch.original()).isEqualTo(HexFormat.of().parseHex("b83a000000"));
            assertThat(patch.resume()).isEqualTo(BASE + 6);
            assertThat(patch.vforkCall()).isEqualTo(VforkCall.Kind.VFORK);
            assertThat(patch.points()).isEmpty();
        });
    }

    @Test
    void aCallAndProbesBeforeItAreOnePatch() {
        SitePlanner planner = planner(VFORK);
        PatchSet set = new PatchSet();
        add(set, planner, BASE);
        add(set, planner, BASE + 1);
        set.addVforkCalls(List.of(new VforkCall(BASE + 1, VforkCall.Kind.VFORK)));
        set.build(planner);
        assertThat(set.refusals()).isEmpty();
        assertThat(set.patches()).singleElement().satisfies(patch -> {
            assertThat(patch.address()).isEqualTo(BASE);
            assertThat(patch.resume()).isEqualTo(BASE + 6);
            assertThat(patch.vforkCall()).isEqualTo(VforkCall.Kind.VFORK);
            assertThat(patch.points()).extracting(Patch.Point::address).containsExactly(BASE, BASE + 1);
        });
    }

    @Test
    void aNoteWithALongNopBehindItDisplacesNothing() {
        SitePlanner planner = planner("90" + "0f1f440000" + "31c0c3");
        assertThat(planner.planNote(BASE)).isInstanceOfSatisfying(SitePlan.Jump.class, jump -> {
            assertThat(jump.tactic()).isEqualTo(Tactic.LONG_NOP);
            assertThat(jump.range().address()).isEqualTo(BASE + 1);
            assertThat(jump.range().lengthBytes()).isEqualTo(5);
        });
    }

    /** The branch to the nop, and the way to it from before: behind it stands an instruction to which there is a branch as well. */
    @Test
    void aNoteWithoutRoomIsCoveredOnTheWaysToIt() {
        String note = "90";
        SitePlanner planner = planner("85ff" + "0f8405000000" + "b801000000" + note + "ffc8" + "75fc" + "c3", "31c0c3");
        assertThat(planner.planNote(BASE + 13))
                .isInstanceOfSatisfying(
                        SitePlan.Ways.class,
                        ways -> assertThat(ways.jumps())
                                .extracting(jump -> jump.range().address(), SitePlan.Jump::when)
                                .containsExactly(tuple(BASE + 2, When.IF_TAKEN), tuple(BASE + 8, When.FROM_BEFORE)));
    }

    @Test
    void aReturnThatCannotBePatchedIsCoveredOnTheWaysToIt() {
        SitePlanner planner = planner("85ff" + "0f8402000000" + "89f8" + "c3", "31c0c3");
        FunctionExits exits = planner.planExits(new CodeRange(BASE, BASE + 11));
        assertThat(exits.areCovered()).isTrue();
        assertThat(exits.exits())
                .singleElement()
                .satisfies(exit -> assertThat(exit.jumps())
                        .extracting(SitePlan.Jump::when)
                        .containsExactly(When.IF_TAKEN, When.FROM_BEFORE));
        PatchSet set = new PatchSet();
        exits.exits().getFirst().jumps().forEach(set::add);
        set.build(planner);
        assertThat(set.patches()).singleElement().satisfies(patch -> {
            assertThat(patch.points()).extracting(Patch.Point::when).containsExactly(When.IF_TAKEN, When.FROM_BEFORE);
            assertThat(patch.resume()).isEqualTo(BASE + 10);
        });
    }

    private static List<Patch> patches(SitePlanner planner, long... sites) {
        PatchSet set = new PatchSet();
        for (long site : sites) {
            add(set, planner, site);
        }
        set.build(planner);
        assertThat(set.refusals()).isEmpty();
        return set.patches();
    }

    private static void add(PatchSet set, SitePlanner planner, long site) {
        SitePlan plan = planner.plan(site);
        assertThat(plan).isInstanceOf(SitePlan.Jump.class);
        set.add((SitePlan.Jump) plan);
    }

    private static SitePlanner planner(String... functions) {
        List<CodeRange> ranges = new ArrayList<>();
        long at = BASE;
        for (String function : functions) {
            ranges.add(new CodeRange(at, at + function.length() / 2));
            at += function.length() / 2;
        }
        byte[] code = HexFormat.of().parseHex(String.join("", functions));
        return new SitePlanner(new Image(List.of(new ImageView.Section(BASE, code)), ranges), 0);
    }

    /** Code and nothing else. */
    private record Image(List<Section> executableSections, List<CodeRange> functions) implements ImageView {
        @Override
        public List<Section> dataSections() {
            return List.of();
        }

        @Override
        public boolean isPositionIndependent() {
            return true;
        }

        @Override
        public long[] codePointers() {
            return new long[0];
        }

        @Override
        public long[] landingPads() {
            return new long[0];
        }

        @Override
        public List<RestartableSequence> restartableSequences() {
            return List.of();
        }
    }
}
