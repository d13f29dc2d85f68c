package io.trapless.script.map;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random additions, look-ups and deletions against the JDK's map, with few distinct keys so that chains of collisions are long. */
final class SlotsTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithTheJdksMap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LongKeys longs = new LongKeys();
        ObjectKeys objects = new ObjectKeys();
        Map<Long, Integer> longSlots = new HashMap<>();
        Map<String, Integer> objectSlots = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            long key = random.nextLong(200) * (random.nextBoolean() ? 1 : 1L << 40);
            String text = "k" + key;
            Integer known = longSlots.get(key);
            assertThat(longs.find(key)).as("seed %d, step %d", seed, i).isEqualTo(known == null ? -1 : known);
            Integer knownText = objectSlots.get(text);
            assertThat(objects.find(text)).isEqualTo(knownText == null ? -1 : knownText);
            if (known == null) {
                longSlots.put(key, longs.add(key));
                objectSlots.put(text, objects.add(text));
            } else if (random.nextInt(3) == 0) {
                longs.release(known);
                longSlots.remove(key);
                objects.release(objectSlots.remove(text));
            }
            assertThat(longs.size()).isEqualTo(longSlots.size());
        }
        assertThat(longSlots.values()).doesNotHaveDuplicates();
    }
}
