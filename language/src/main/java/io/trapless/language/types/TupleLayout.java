package io.trapless.language.types;

import java.util.List;

/** Where the elements of a tuple lie if it is taken as a structure of C: what {@code sizeof} of a tuple counts. */
final class TupleLayout {
    private TupleLayout() {}

    static int sizeBytes(List<Type> elements) {
        int size = 0;
        for (Type element : elements) {
            size = roundUp(size, element.alignBytes()) + element.sizeInBytes();
        }
        return roundUp(size, alignBytes(elements));
    }

    static int alignBytes(List<Type> elements) {
        return elements.stream().mapToInt(Type::alignBytes).max().orElse(1);
    }

    private static int roundUp(int value, int multiple) {
        return (value + multiple - 1) / multiple * multiple;
    }
}
