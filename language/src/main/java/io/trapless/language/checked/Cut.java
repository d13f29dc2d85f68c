package io.trapless.language.checked;

import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.types.Type;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * An action at sites of a process, cut in two. Captures are conservative: every value of the target that any path of the handler may want is taken at every event that passes {@link CaptureProgram#filter()}; one whose memory can't be
 * read is 0 or empty. Reads whose address is known only outside (out of a map, say) are left in the handler and are made in one of {@code windows} or later, through the process's memory.
 *
 * @param captures makes the program for a site of the given arguments: for a USDT probe it has to be made for each set of operand types that its sites have. Field {@code i} always means the same; only the
 *     sizes of arguments differ
 * @param fieldTypes for each field the type of its {@link CheckedExpression.Captured} nodes
 * @param filter what is left of the action's filter for the handler, over captured fields; null if there is none or all of it runs inside
 * @param handler the action's body over captured fields
 * @param windows memory of the process as it was at the event: what the handler reads there must be taken from it
 * @param ownMemory whether the handler reads memory of the process later
 * @param stacks the kinds of user stacks that the handler asks for; to be captured by means of their own
 * @param pushDowns makes, for a site of the given arguments, an aggregation over captured scalars of the whole action, if it is one there; null if not. The handler does the same. Whether it may be used depends on
 *     the rest of the program: {@link io.trapless.language.cut.PushDownPlan}
 */
public record Cut(
        Function<ArgumentTypes, CaptureProgram> captures,
        List<Type> fieldTypes,
        @Nullable CheckedExpression filter,
        CheckedStatement.Block handler,
        List<Window> windows,
        boolean ownMemory,
        List<Type.Stack> stacks,
        Function<ArgumentTypes, @Nullable PushDown> pushDowns) {
    public Cut {
        fieldTypes = List.copyOf(fieldTypes);
        windows = List.copyOf(windows);
        stacks = List.copyOf(stacks);
    }

    /** The name of field {@code index} in records. */
    public static String fieldName(int index) {
        return "f" + index;
    }

    /**
     * A piece of memory in two fields.
     *
     * @param addressField the field that has the address at which it begins
     * @param bytesField the field that has its bytes; none if they could not be read
     */
    public record Window(int addressField, int bytesField) {}

    /** The captures at a function. */
    public CaptureProgram atFunction() {
        return captures.apply(new ArgumentTypes.Function());
    }

    /** The aggregation at a function, or null. */
    public @Nullable PushDown pushDown() {
        return pushDowns.apply(new ArgumentTypes.Function());
    }

    /** The pattern that a site matched, for {@link CaptureProgram#probes()}. */
    public List<ProbePattern> probes() {
        return atFunction().probes();
    }
}
