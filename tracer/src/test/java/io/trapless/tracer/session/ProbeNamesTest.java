package io.trapless.tracer.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProbeNamesTest {
    private static final String MALLOC = "uprobe:/usr/lib/x86_64-linux-gnu/libc.so.6:malloc";
    private static final String RETURN = "uretprobe:/usr/lib/x86_64-linux-gnu/libc.so.6:malloc";
    private static final String NOTE = "usdt:/usr/lib/libpython3.11.so.1.0:python:gc__start";
    private static final String MEMBER = "uprobe:/opt/app:ns::Type::run(int)";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                MALLOC + " | 1000",
                "* | 1111",
                "malloc | 1100",
                "mal* | 1100",
                "uprobe:* | 1001",
                "uprobe:libc:malloc | 1000",
                "u:libc:m* | 1000",
                "uretprobe:libc:malloc | 0100",
                "uprobe:libm:malloc | 0000",
                "uprobe:libc*:malloc | 1000",
                "gc__start | 0010",
                "python:gc__* | 0010",
                "usdt:gc__start | 0010",
                "U:libpython3.11:python:* | 0010",
                "usdt:malloc | 0000",
                "ns::* | 0001",
                "uprobe:ns::Type::run* | 0001",
                "alloc | 0000",
            })
    void whatIsMeant(String text, String expected) {
        StringBuilder meant = new StringBuilder();
        for (String name : new String[] {MALLOC, RETURN, NOTE, MEMBER}) {
            meant.append(ProbeNames.meantBy(text).test(name) ? '1' : '0');
        }
        assertThat(meant.toString()).isEqualTo(expected);
    }
}
