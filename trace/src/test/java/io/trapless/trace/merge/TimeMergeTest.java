package io.trapless.trace.merge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TimeMergeTest {
    @Test
    void nothingComesFromNothing() {
        assertThat(new TimeMerge(0).first()).isEqualTo(-1);
        assertThat(new TimeMerge(5).first()).isEqualTo(-1);
    }

    /** Sources run dry and come back, as live rings do. */
    @Test
    void alwaysTheOldestOfTheLowestSource() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            int sources = 1 + random.nextInt(20);
            List<Deque<Long>> queues = new ArrayList<>();
            TimeMerge merge = new TimeMerge(sources);
            for (int s = 0; s < sources; s++) {
                queues.add(new ArrayDeque<>());
            }
            for (int step = 0; step < 300; step++) {
                if (random.nextInt(4) == 0) {
                    int s = random.nextInt(sources);
                    long last = queues.get(s).isEmpty() ? step : queues.get(s).getLast();
                    queues.get(s).add(last + random.nextInt(5));
                    merge.set(s, queues.get(s).getFirst());
                }
                int expected = oldest(queues);
                assertThat(merge.first()).isEqualTo(expected);
                if (expected >= 0) {
                    assertThat(merge.time(expected))
                            .isEqualTo(queues.get(expected).removeFirst());
                    merge.set(
                            expected,
                            queues.get(expected).isEmpty()
                                    ? TimeMerge.EXHAUSTED
                                    : queues.get(expected).getFirst());
                }
            }
        }
    }

    private static int oldest(List<Deque<Long>> queues) {
        int best = -1;
        for (int s = 0; s < queues.size(); s++) {
            if (!queues.get(s).isEmpty()
                    && (best < 0 || queues.get(s).getFirst() < queues.get(best).getFirst())) {
                best = s;
            }
        }
        return best;
    }
}
