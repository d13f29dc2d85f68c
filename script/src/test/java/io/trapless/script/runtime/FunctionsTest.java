package io.trapless.script.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import io.trapless.script.value.Blob;
import io.trapless.script.value.Tuple;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FunctionsTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "::1, ::1",
        "2001:db8::1, 2001:db8::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "fe80::, fe80::",
        "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8"
    })
    void internetAddresses(String address, String expected) throws UnknownHostException {
        byte[] bytes = InetAddress.getByName(address).getAddress();

        assertThat(InternetAddress.text(new Blob(bytes))).isEqualTo(expected);
    }

    /** What is written can be read again, by somebody else's reader. */
    @Test
    void internetAddressesReadBack() throws UnknownHostException {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[16];
            bytes[0] = 0x20;
            for (int j = 1; j < 16; j++) {
                bytes[j] = (byte) (random.nextInt(3) == 0 ? random.nextInt(256) : 0);
            }
            String text = InternetAddress.text(new Blob(bytes));
            assertThat(InetAddress.getByName(text).getAddress()).as(text).isEqualTo(bytes);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "%H:%M:%S, 07:05:09",
        "%F %T, 2026-01-02 07:05:09",
        "%e|%j|%a|%B|%p|%I, ' 2|002|Fri|January|AM|07'",
        "%f %l %k, 012345 012 012345678",
        "%U %V %W %u %w, 00 01 00 5 5",
        "%D %R %y %C %%, 01/02/26 07:05 26 20 %"
    })
    void times(String format, String expected) {
        ZonedDateTime time = LocalDateTime.of(2026, 1, 2, 7, 5, 9, 12_345_678).atZone(ZoneId.of("UTC"));

        assertThat(TimeFormat.format(format, time)).isEqualTo(expected);
    }

    @Test
    void tuplesLieInMemoryAsStructuresDo() {
        Type type = new Type.Tuple(List.of(Types.UINT8, Types.UINT32, new Type.Str(4)));
        Tuple tuple = new Tuple(new Object[] {1L, 0x04030201L, "ab"});

        byte[] bytes = MemoryImage.of(type, tuple);

        assertThat(bytes).containsExactly(1, 0, 0, 0, 1, 2, 3, 4, 'a', 'b', 0, 0);
        assertThat(MemoryImage.read(new Blob(bytes), 0, type)).isEqualTo(tuple);
    }

    @ParameterizedTest
    @CsvSource({"abc, abd, 2, 0", "abc, abd, 3, 1", "ab, abc, 3, 1", "ab, ab, 9, 0", "abc, ab, 2, 0"})
    void comparesPrefixes(String a, String b, long count, long expected) {
        assertThat(Texts.differ(a, b, count)).isEqualTo(expected);
    }

    @Test
    void namesOfNumbers() {
        assertThat(NameTable.ERRORS.name(2)).isEqualTo("No such file or directory");
        assertThat(NameTable.SIGNALS.name(9)).isEqualTo("Killed");
        assertThat(NameTable.SYSCALLS.name(0)).isEqualTo("read");
        assertThat(NameTable.SYSCALLS.name(100_000)).isEqualTo("Unknown syscall");
    }

    @Test
    void divisionByZeroIsOne() {
        assertThat(Arithmetic.divide(7, 0)).isEqualTo(1);
        assertThat(Arithmetic.remainderUnsigned(7, 0)).isEqualTo(1);
        assertThat(Arithmetic.divide(Long.MIN_VALUE, -1)).isEqualTo(Long.MIN_VALUE);
        assertThat(Arithmetic.swapBytes(0x1234, 2)).isEqualTo(0x3412);
    }
}
