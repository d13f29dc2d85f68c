package io.trapless.binary.x86;

import java.util.Random;

/** Random numbers that a failing test can be given again: {@code -Dtrapless.seed=N}. */
final class Seed {
    private Seed() {}

    static Random random(String test) {
        long seed = Long.getLong("trapless.seed", System.nanoTime());
        System.out.println(test + ": -Dtrapless.seed=" + seed);
        return new Random(seed);
    }
}
