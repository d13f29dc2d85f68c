package io.trapless.tracer.ring;

import java.util.ArrayList;
import java.util.List;

/** Enumerates every sequence of choices that a program can be given: run it again and again, until {@link #advance} says that all have been tried. */
final class Choices {
    private final List<Integer> chosen = new ArrayList<>();
    private final List<Integer> bounds = new ArrayList<>();
    private int depth;

    /** From 0 to {@code bound} inclusive. */
    int choose(int bound) {
        if (depth == chosen.size()) {
            chosen.add(0);
            bounds.add(bound);
        }
        return chosen.get(depth++);
    }

    /** Prepares the next run; false when there is none. */
    boolean advance() {
        depth = 0;
        while (!chosen.isEmpty()) {
            int last = chosen.size() - 1;
            if (chosen.get(last) < bounds.get(last)) {
                chosen.set(last, chosen.get(last) + 1);
                return true;
            }
            chosen.remove(last);
            bounds.remove(last);
        }
        return false;
    }

    @Override
    public String toString() {
        return chosen.toString();
    }
}
