package io.trapless.script.map;

import io.trapless.language.types.Type;
import io.trapless.script.output.Datum;

/** Makes of a value what is shown. */
@FunctionalInterface
public interface Presenter {
    /**
     * What to show of a value.
     *
     * @param value as it lies while a handler runs, boxed
     */
    Datum present(Type type, Object value);
}
