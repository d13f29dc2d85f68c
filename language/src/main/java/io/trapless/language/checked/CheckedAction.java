package io.trapless.language.checked;

import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.AttachPoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What happens at one attach point.
 *
 * @param index from 0, the place in the program
 * @param sources the texts of the program, which the spans in it are of
 * @param attachPoint parameters such as {@code $1} in it are filled in
 * @param kind the attach point, understood
 * @param slots the variables; {@link Slot#index()} is the place in this list
 * @param filter null: none; a number or pointer, not 0 lets the action run
 * @param cut for actions at sites of a process, null for all others: what is captured there and what is left to do outside
 * @param span of the whole action
 */
public record CheckedAction(
        int index,
        Sources sources,
        AttachPoint attachPoint,
        ProbeKind kind,
        List<Slot> slots,
        @Nullable CheckedExpression filter,
        CheckedStatement.Block body,
        @Nullable Cut cut,
        Span span) {
    public CheckedAction {
        slots = List.copyOf(slots);
    }
}
