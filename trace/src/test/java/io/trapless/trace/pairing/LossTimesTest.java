package io.trapless.trace.pairing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LossTimesTest {
    @Test
    void spansAreInclusiveAndMayOverlap() {
        LossTimes losses = new LossTimes();
        losses.add(100, 200);
        losses.add(300, 400);
        losses.add(150, 250);
        losses.add(50, 60);
        losses.finish();
        assertThat(losses.touch(0, 49)).isFalse();
        assertThat(losses.touch(0, 50)).isTrue();
        assertThat(losses.touch(60, 70)).isTrue();
        assertThat(losses.touch(61, 99)).isFalse();
        assertThat(losses.touch(220, 230)).isTrue();
        assertThat(losses.touch(251, 299)).isFalse();
        assertThat(losses.touch(251, 1000)).isTrue();
        assertThat(losses.touch(401, 1000)).isFalse();
    }

    @Test
    void withoutLossesNothingIsTouched() {
        LossTimes losses = new LossTimes();
        losses.finish();
        assertThat(losses.touch(Long.MIN_VALUE, Long.MAX_VALUE)).isFalse();
    }
}
