package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.EventValue;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.slice.BinaryOperator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of maps stand for one expression where they are read: those that the same action has just assigned, on all ways to that place. Handlers run one after the other, so nothing changes a map in between but the action itself. What was
 * assigned under another key may have been the same entry, unless both keys are numbers; loops begin with nothing known.
 */
final class MapStores extends TreeMapper {
    /** Deeper keys are not compared. */
    private static final int MAX_KEY_DEPTH = 8;

    private final Definitions definitions;

    /** By reads, which are told apart by their spans; null: not the same on all its occurrences, as in a macro that is used twice. */
    private final Map<CheckedExpression.MapValue, @Nullable CheckedExpression> reads = new HashMap<>();

    private Map<Entry, CheckedExpression> known = new HashMap<>();

    /** @param key in a form that is equal if and only if the key is; null for a scalar map */
    private record Entry(MapDescriptor map, @Nullable Object key) {
        boolean mayBe(Entry other) {
            return map.equals(other.map)
                    && !(key instanceof Long mine && other.key instanceof Long others && !mine.equals(others));
        }
    }

    private MapStores(Definitions definitions) {
        this.definitions = definitions;
    }

    static MapStores of(CheckedStatement.Block body, Definitions definitions) {
        MapStores stores = new MapStores(definitions);
        stores.block(body);
        return stores;
    }

    /** The expression that the entry stands for where it is read here, or null. */
    @Nullable CheckedExpression valueOf(CheckedExpression.MapValue read) {
        return reads.get(read);
    }

    @Override
    CheckedStatement statement(CheckedStatement s) {
        switch (s) {
            case CheckedStatement.AssignMap a -> {
                super.statement(s);
                Entry entry = entry(a.map(), a.key());
                if (entry == null) {
                    forget(a.map());
                } else {
                    known.keySet().removeIf(entry::mayBe);
                    known.put(entry, a.value());
                }
            }
            case CheckedStatement.Accumulate a -> {
                super.statement(s);
                forget(a.map());
            }
            case CheckedStatement.If i -> {
                expression(i.condition());
                either(() -> block(i.then()), () -> block(i.otherwise()));
            }
            case CheckedStatement.While _, CheckedStatement.ForRange _, CheckedStatement.ForMap _ -> {
                known.clear();
                super.statement(s);
                known.clear();
            }
            default -> super.statement(s);
        }
        return s;
    }

    @Override
    CheckedExpression expression(CheckedExpression e) {
        switch (e) {
            case CheckedExpression.MapValue read -> {
                super.expression(e);
                note(read);
            }
            case CheckedExpression.Conditional c -> {
                expression(c.condition());
                either(() -> expression(c.whenTrue()), () -> expression(c.whenFalse()));
            }
            case CheckedExpression.Binary b
            when b.operator() == BinaryOperator.LOGICAL_AND || b.operator() == BinaryOperator.LOGICAL_OR -> {
                expression(b.left());
                either(() -> expression(b.right()), () -> {});
            }
            case CheckedExpression.IncrementMap i -> changing(i, i.map());
            case CheckedExpression.Delete d -> changing(d, d.map());
            case CheckedExpression.Reset r -> changing(r, r.map());
            default -> super.expression(e);
        }
        return e;
    }

    private void changing(CheckedExpression e, MapDescriptor map) {
        super.expression(e);
        forget(map);
    }

    private void forget(MapDescriptor map) {
        known.keySet().removeIf(entry -> entry.map().equals(map));
    }

    /** What is known after both is known after one of them, whichever it is. */
    private void either(Runnable one, Runnable other) {
        Map<Entry, CheckedExpression> before = known;
        known = new HashMap<>(before);
        one.run();
        Map<Entry, CheckedExpression> afterOne = known;
        known = new HashMap<>(before);
        other.run();
        known.entrySet().removeIf(entry -> !entry.getValue().equals(afterOne.get(entry.getKey())));
    }

    private void note(CheckedExpression.MapValue read) {
        Entry entry = entry(read.map(), read.key());
        CheckedExpression value = entry == null ? null : known.get(entry);
        if (value != null && !value.type().equals(read.type())) {
            value = null;
        }
        if (reads.containsKey(read) && (value == null || !value.equals(reads.get(read)))) {
            value = null;
        }
        reads.put(read, value);
    }

    private @Nullable Entry entry(MapDescriptor map, @Nullable CheckedExpression key) {
        if (key == null) {
            return new Entry(map, null);
        }
        Object form = form(key, 0);
        return form == null ? null : new Entry(map, form);
    }

    /** The expression without the place where it is written, if it is the same throughout the action; else null. */
    private @Nullable Object form(CheckedExpression e, int depth) {
        if (depth > MAX_KEY_DEPTH) {
            return null;
        }
        return switch (e) {
            case CheckedExpression.NumberConstant n -> n.value();
            case CheckedExpression.TextConstant t -> t.text();
            case CheckedExpression.Argument a -> List.of("arg", a.index(), a.type());
            case CheckedExpression.ReturnValue r -> List.of("retval", r.type());
            case CheckedExpression.Register r -> r.name();
            case CheckedExpression.Event event when isConstant(event.value()) -> event.value();
            case CheckedExpression.Variable v -> {
                CheckedExpression value = definitions.valueOf(v.slot());
                // Within a loop the variable may be another one in each turn, but then nothing is known of turns
                // before.
                yield value == null ? null : List.of("variable", v.slot().index());
            }
            case CheckedExpression.Convert c -> {
                // Of constants none is left: a number is one of the key's type.
                Object operand = form(c.operand(), depth + 1);
                yield operand == null ? null : List.of(c.conversion(), c.type(), operand);
            }
            case CheckedExpression.TupleOf t -> {
                List<Object> all = new ArrayList<>();
                for (CheckedExpression element : t.elements()) {
                    Object form = form(element, depth + 1);
                    if (form == null) {
                        yield null;
                    }
                    all.add(form);
                }
                yield all;
            }
            default -> null;
        };
    }

    private static boolean isConstant(EventValue value) {
        return switch (value) {
            case PID, TID, CPU, UID, GID, NSECS_BOOT -> true;
            default -> false;
        };
    }
}
