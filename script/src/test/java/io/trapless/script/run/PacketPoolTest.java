package io.trapless.script.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PacketPoolTest {
    private final List<Long> allocations = new ArrayList<>();
    private final PacketPool pool = new PacketPool(size -> {
        allocations.add(size);
        return Arena.ofAuto().allocate(size, 8);
    });

    @Test
    void noTwoPacketsShareAByte() {
        Random random = new Random(3);
        List<MemorySegment> packets = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            int size = 1 + random.nextInt(random.nextBoolean() ? 100_000 : 6_000_000);
            if (i % 50 != 0) {
                size %= 70_000;
            }
            MemorySegment packet = pool.allocate(size + 1);
            assertThat(packet.byteSize()).isGreaterThan(size);
            packets.add(packet);
        }
        packets.sort((a, b) -> Long.compareUnsigned(a.address(), b.address()));
        for (int i = 1; i < packets.size(); i++) {
            assertThat(packets.get(i).address())
                    .isGreaterThanOrEqualTo(
                            packets.get(i - 1).address() + packets.get(i - 1).byteSize());
        }
        assertThat(allocations).allSatisfy(size -> assertThat(size).isGreaterThanOrEqualTo(4 << 20));
    }

    @Test
    void whatIsGivenBackIsTakenAgain() {
        assertThat(pool.take(5000)).isNull();
        MemorySegment first = pool.allocate(5000);
        pool.give(first);
        assertThat(pool.take(100)).as("of another size").isNull();
        assertThat(Objects.requireNonNull(pool.take(8000)).address()).isEqualTo(first.address());
        assertThat(pool.take(8000)).isNull();
    }
}
