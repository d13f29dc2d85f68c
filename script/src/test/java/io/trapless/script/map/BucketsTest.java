package io.trapless.script.map;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each number falls into the bucket whose bounds it lies between. */
final class BucketsTest {
    private static final long[] NUMBERS = {
        0,
        1,
        2,
        3,
        4,
        5,
        7,
        8,
        9,
        15,
        16,
        17,
        31,
        32,
        33,
        63,
        64,
        65,
        1023,
        1024,
        1025,
        1L << 40,
        (1L << 40) + 12345,
        Long.MAX_VALUE
    };

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5})
    void logarithmicBucketsHoldTheirNumbers(int bits) {
        for (long number : NUMBERS) {
            int bucket = Buckets.logarithmic(number, bits);
            if (number >= 1L << bits) {
                assertThat(Buckets.logarithmicBound(bucket - 1, bits))
                        .as("%d with %d bits", number, bits)
                        .isLessThanOrEqualTo(number);
                assertThat(Long.compareUnsigned(Buckets.logarithmicBound(bucket, bits), number))
                        .isPositive();
            } else {
                assertThat(bucket).isEqualTo((int) number + 1);
            }
        }
        assertThat(Buckets.logarithmic(-1, bits)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"-1, 0", "0, 1", "9, 1", "10, 2", "99, 10", "100, 11", "5000, 11"})
    void linear(long value, int bucket) {
        assertThat(Buckets.linear(value, 0, 100, 10)).isEqualTo(bucket);
    }
}
