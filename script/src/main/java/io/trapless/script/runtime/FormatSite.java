package io.trapless.script.runtime;

import io.trapless.language.checked.CheckedExpression.FormatTarget;
import io.trapless.language.types.Type;
import io.trapless.script.output.FormatString;
import io.trapless.script.output.Place;
import java.util.List;

/**
 * One call of {@code printf} or a relative.
 *
 * @param types of the arguments
 */
public record FormatSite(FormatTarget target, FormatString format, List<Type> types, Place place) {
    public FormatSite {
        types = List.copyOf(types);
    }
}
