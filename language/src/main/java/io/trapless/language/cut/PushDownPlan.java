package io.trapless.language.cut;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.Cut;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.ProbeKind;
import io.trapless.language.checked.PushDown;
import io.trapless.language.slice.Aggregation;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.TableShape;
import io.trapless.language.types.AggregateKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Which actions of a program are kept in tables of shared memory. An action that is ({@link Cut#pushDown}) may be so only if nobody can tell the difference:
 *
 * <ul>
 *   <li>its map is only fed by actions at sites, not read or changed there: those run in the order of events, and tables have no order;
 *   <li>no action at a site, and none at the beginning, ends the program, for what comes after it must not count;
 *   <li>a minimum or maximum is never cleared, for a table does not forget what came before;
 *   <li>its map does not evict.
 * </ul>
 *
 * Actions that are not at sites (intervals, the end) read and change maps as they like: what is in the tables is taken in before they run.
 */
public final class PushDownPlan {
    /** Tables of one program. */
    private static final int MAX_TABLES = 32;

    /** Buckets of one histogram in a table: a page or two. */
    private static final long MAX_BUCKETS = 2048;

    private final List<Table> tables = new ArrayList<>();

    private final Map<Integer, Integer> tableOfAction = new HashMap<>();

    /**
     * A table and the map that it is a part of.
     *
     * @param feeder an action that feeds it: where to point to when something is wrong with the map
     */
    public record Table(MapDescriptor map, TableShape shape, CheckedAction feeder) {}

    private PushDownPlan() {}

    /** Nothing is pushed down. */
    public static PushDownPlan none() {
        return new PushDownPlan();
    }

    public static PushDownPlan of(CheckedProgram program) {
        MapUses atSites = new MapUses();
        MapUses atBegin = new MapUses();
        MapUses anywhere = new MapUses();
        for (CheckedAction action : program.actions()) {
            anywhere.add(action);
            if (action.cut() != null) {
                atSites.add(action);
            }
            if (action.kind() instanceof ProbeKind.Begin) {
                atBegin.add(action);
            }
        }
        PushDownPlan plan = new PushDownPlan();
        if (!atSites.exits() && !atBegin.exits()) {
            for (CheckedAction action : program.actions()) {
                PushDown pushDown = action.cut() == null ? null : action.cut().pushDown();
                if (pushDown != null && !atSites.isUsed(pushDown.map()) && plan.isPossible(pushDown, anywhere)) {
                    plan.push(action, pushDown);
                }
            }
        }
        return plan;
    }

    private boolean isPossible(PushDown pushDown, MapUses anywhere) {
        MapDescriptor map = pushDown.map();
        boolean extreme = pushDown.kind() == AggregateKind.MIN || pushDown.kind() == AggregateKind.MAX;
        TableShape.Buckets buckets = buckets(map);
        return map.storage() == MapDescriptor.Storage.HASH
                && !(extreme && anywhere.isChanged(map))
                && (buckets == null || buckets.count() <= MAX_BUCKETS);
    }

    private void push(CheckedAction action, PushDown pushDown) {
        int table = tableOf(pushDown.map());
        if (table < 0) {
            if (tables.size() == MAX_TABLES) {
                return;
            }
            MapDescriptor map = pushDown.map();
            table = tables.size();
            TableShape shape = new TableShape(
                    pushDown.kind(),
                    pushDown.keys().size(),
                    map.valueType().isSigned(),
                    buckets(map),
                    map.maxEntries());
            tables.add(new Table(map, shape, action));
        }
        tableOfAction.put(action.index(), table);
    }

    private int tableOf(MapDescriptor map) {
        for (int i = 0; i < tables.size(); i++) {
            if (tables.get(i).map().index() == map.index()) {
                return i;
            }
        }
        return -1;
    }

    private static TableShape.@Nullable Buckets buckets(MapDescriptor map) {
        return switch (map.parameters()) {
            case MapDescriptor.Parameters.Hist(int bits) -> new TableShape.Buckets.Logarithmic(bits);
            case MapDescriptor.Parameters.Linear(long min, long max, long step) ->
                new TableShape.Buckets.Linear(min, max, step);
            default -> null;
        };
    }

    /** In the order of their numbers. */
    public List<Table> tables() {
        return List.copyOf(tables);
    }

    /** Whether an action is kept in a table. */
    public boolean isPushedDown(CheckedAction action) {
        return tableOfAction.containsKey(action.index());
    }

    /** What an action at a site captures, for sites of given arguments; with its aggregation, if it is pushed down. */
    public Function<ArgumentTypes, CaptureProgram> captures(CheckedAction action, Cut cut) {
        Integer table = tableOfAction.get(action.index());
        if (table == null) {
            return cut.captures();
        }
        int keys = tables.get(table).shape().keyCount();
        return arguments -> {
            CaptureProgram program = cut.captures().apply(arguments);
            PushDown here = cut.pushDowns().apply(arguments);
            return here == null || here.keys().size() != keys
                    ? program
                    : program.with(new Aggregation(table, here.keys(), here.value()));
        };
    }
}
