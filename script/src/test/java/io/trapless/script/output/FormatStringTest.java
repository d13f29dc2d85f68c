package io.trapless.script.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Formats and what they make of a number; the expectations are those of bpftrace 0.26, which follows C++ streams rather than printf(3). */
final class FormatStringTest {
    @ParameterizedTest
    @CsvSource({
        "%d, 42, 42",
        "%d, -1, -1",
        "%d, 4294967297, 1",
        "%ld, 4294967297, 4294967297",
        "%u, -1, 4294967295",
        "%lu, -1, 18446744073709551615",
        "%x, 255, ff",
        "%X, 255, FF",
        "%#x, 255, 0xff",
        "%#x, 0, 0",
        "%hhx, 20015998343868, bc",
        "%hx, 20015998343868, 9abc",
        "%llx, 20015998343868, 123456789abc",
        "%o, 8, 10",
        "%p, 4096, 0x1000",
        "%p, 0, 0",
        "%c, 65, A",
        "%5d|, 42, '   42|'",
        "%-5d|, 42, '42   |'",
        "%05d, 42, 00042",
        "%+d, 42, +42",
        "%s, 42, 42",
        "a%%b%d, 1, a%b1",
        "%gr, 1, GFP_DMA",
        "%gr, 3264, GFP_KERNEL"
    })
    void numbers(String format, long value, String expected) {
        assertThat(FormatString.parse(format).format(List.of(Datum.signed(value))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"%r, 'A\\x00\\xff'", "%rx, '\\x41\\x00\\xff'", "%rh, '41 00 ff'"})
    void buffers(String format, String expected) {
        Datum buffer = new Datum.Buffer(new byte[] {'A', 0, (byte) 0xff});

        assertThat(FormatString.parse(format).format(List.of(buffer))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"%-6s|, 'ab    |'", "%6s|, '    ab|'", "%s|, ab|"})
    void texts(String format, String expected) {
        assertThat(FormatString.parse(format).format(List.of(new Datum.Text("ab"))))
                .isEqualTo(expected);
    }
}
