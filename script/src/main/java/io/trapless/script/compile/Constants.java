package io.trapless.script.compile;

import java.lang.constant.ClassDesc;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

/** Objects that generated code refers to: each becomes a final field of the class, set by its constructor. */
final class Constants {
    /**
     * One of them.
     *
     * @param field the field's name
     */
    record Constant(String field, ClassDesc type, Object value) {}

    private final List<Constant> all = new ArrayList<>();
    private final IdentityHashMap<Object, Constant> known = new IdentityHashMap<>();

    /** The field that holds {@code value}; the same object always has the same. */
    Constant of(Object value, ClassDesc type) {
        return known.computeIfAbsent(value, _ -> {
            Constant constant = new Constant("c" + all.size(), type, value);
            all.add(constant);
            return constant;
        });
    }

    /** In the order in which the constructor takes them. */
    List<Constant> all() {
        return all;
    }
}
