package io.trapless.tracer.plan;

import io.trapless.binary.flow.CodeRange;
import io.trapless.binary.flow.DisplacedRange;
import io.trapless.binary.flow.Displacement;
import io.trapless.binary.flow.ExitDoubt;
import io.trapless.binary.flow.FunctionExit;
import io.trapless.binary.flow.FunctionExit.When;
import io.trapless.binary.flow.FunctionFlow;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * How much of an image can be probed, by which tactic, and why the rest can't. Each site is looked at for itself: that sites which are armed together share padding is not counted.
 *
 * @param functions all exits known and patchable, or not
 * @param offsets every instruction of every function
 */
public record Coverage(Tally entries, Tally returns, Tally tails, Tally functions, Tally notes, Tally offsets) {
    private static final String WAYS = "on the ways to it";

    /**
     * The sites of one kind.
     *
     * @param covered how many, by how they are patched
     * @param refused how many, by why they are not
     */
    public record Tally(Map<String, Long> covered, Map<String, Long> refused) {
        Tally() {
            this(new TreeMap<>(), new TreeMap<>());
        }

        private void cover(String how) {
            covered.merge(how, 1L, Long::sum);
        }

        private void refuse(String why) {
            refused.merge(why, 1L, Long::sum);
        }

        private void add(Tally other) {
            other.covered.forEach((how, count) -> covered.merge(how, count, Long::sum));
            other.refused.forEach((why, count) -> refused.merge(why, count, Long::sum));
        }

        private void add(SitePlanner planner, long site) {
            switch (planner.room(site, When.ALWAYS)) {
                case DisplacedRange range -> cover(planner.tactic(range).text());
                case Displacement.Refused refused -> refuse(reason(refused));
            }
        }

        private static String reason(Displacement.Refused refused) {
            return refused.detail() == null
                    ? refused.reason().sentence()
                    : refused.detail().sentence();
        }

        public long coveredCount() {
            return covered.values().stream().mapToLong(Long::longValue).sum();
        }

        public long count() {
            return coveredCount()
                    + refused.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /** Of nothing yet. */
    public static Coverage none() {
        return new Coverage(new Tally(), new Tally(), new Tally(), new Tally(), new Tally(), new Tally());
    }

    /** Adds that of another image. */
    public void add(Coverage other) {
        entries.add(other.entries);
        returns.add(other.returns);
        tails.add(other.tails);
        functions.add(other.functions);
        notes.add(other.notes);
        offsets.add(other.offsets);
    }

    /**
     * Looks at an image.
     *
     * @param functions ranges of the functions; not those of their parts
     * @param notes addresses of the nops of USDT notes
     */
    public static Coverage of(SitePlanner planner, List<CodeRange> functions, List<Long> notes) {
        Coverage coverage = none();
        for (CodeRange function : functions) {
            FunctionFlow flow = FunctionFlow.of(planner.map(), function);
            coverage.entries.add(planner, planner.entrySite(function.start()));
            coverage.addExits(planner, flow);
            forOffsets(planner, flow, at -> coverage.offsets.add(planner, at));
        }
        for (long note : notes) {
            if (planner.planNote(note) instanceof SitePlan.Ways) {
                coverage.notes.cover(WAYS);
            } else {
                coverage.notes.add(planner, planner.noteSite(note));
            }
        }
        return coverage;
    }

    private Tally tally(FunctionExit exit) {
        return exit.kind() == FunctionExit.Kind.RETURN ? returns : tails;
    }

    private void addExits(SitePlanner planner, FunctionFlow flow) {
        boolean all = true;
        for (FunctionExit exit : flow.exits()) {
            all &= addExit(planner, flow, exit);
        }
        if (!flow.doubts().isEmpty()) {
            functions.refuse(flow.doubts().stream()
                    .map(ExitDoubt::sentence)
                    .sorted()
                    .findFirst()
                    .orElseThrow());
        } else if (all) {
            functions.cover(flow.exits().isEmpty() ? "no exit" : "all exits");
        } else {
            functions.refuse("one of its exits can't be patched");
        }
    }

    private boolean addExit(SitePlanner planner, FunctionFlow flow, FunctionExit exit) {
        Tally tally = tally(exit);
        return switch (planner.room(exit.address(), exit.when())) {
            case DisplacedRange range -> {
                tally.cover(planner.tactic(range).text());
                yield true;
            }
            case Displacement.Refused refused -> {
                List<FunctionFlow.Way> ways = flow.waysTo(exit);
                boolean covered = !ways.isEmpty()
                        && ways.stream()
                                .allMatch(way -> planner.room(way.address(), way.when()) instanceof DisplacedRange);
                if (covered) {
                    tally.cover(WAYS);
                } else {
                    tally.refuse(Tally.reason(refused));
                }
                yield covered;
            }
        };
    }

    private static void forOffsets(SitePlanner planner, FunctionFlow flow, LongConsumer each) {
        for (CodeRange part : flow.parts()) {
            for (long at = part.start(); at < part.end(); at = planner.next(at)) {
                if (planner.isOffset(at)) {
                    each.accept(at);
                }
            }
        }
    }
}
