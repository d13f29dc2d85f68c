package io.trapless.script.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same reports as text and as JSON, to the character. */
final class OutputTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TextSink sink = new TextSink(bytes, TextSink.Mode.NONE);
    private final TextOutput text = new TextOutput(sink, sink, true);
    private final JsonOutput json = new JsonOutput(sink, true);

    private String written() {
        String all = bytes.toString(StandardCharsets.UTF_8);
        bytes.reset();
        return all;
    }

    private static final Report HISTOGRAM = new Report.Histogram(
            Datum.signed(1),
            List.of(Datum.signed(2), new Datum.Symbol("4", 4), new Datum.Symbol("1K", 1024)),
            new long[] {1, 4, 2});

    @Test
    void histogramHasBars() {
        text.map("@h", HISTOGRAM);

        assertThat(written())
                .isEqualTo("@h:\n"
                        + "[1]                    1 |@@@@@@@@@@@@@                                       |\n"
                        + "[2, 4)                 4 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
                        + "[4, 1K)                2 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
                        + "\n");
    }

    @Test
    void histogramAsJsonHasInclusiveBounds() {
        json.map("@h", HISTOGRAM);

        assertThat(written())
                .isEqualTo(
                        "{\"type\": \"hist\", \"data\": {\"@h\": [{\"min\": 1, \"max\": 1, \"count\": 1},{\"min\": 2, \"max\": 3, \"count\": 4},{\"min\": 4, \"max\": 1023, \"count\": 2}]}}\n");
    }

    @Test
    void keysOfTuplesHaveNoParentheses() {
        Report table = new Report.Table(List.of(new Report.Row(
                new Datum.Tuple(List.of(Datum.signed(1), new Datum.Text("a b"))), new Report.Single(Datum.signed(7)))));

        text.map("@", table);
        json.map("@", table);

        assertThat(written()).isEqualTo("@[1, a b]: 7\n{\"type\": \"map\", \"data\": {\"@\": {\"1,ab\": 7}}}\n");
    }

    @Test
    void valuesNest() {
        Datum value = new Datum.Tuple(List.of(
                new Datum.Array(List.of(Datum.signed(1), Datum.signed(2))),
                new Datum.Struct(List.of(
                        new Datum.Field("x", new Datum.Bool(true)),
                        new Datum.Field("p", new Datum.Symbol("0x10", 16))))));

        text.value(value);
        json.value(value);

        assertThat(written())
                .isEqualTo(
                        "([1,2], { .x = true, .p = 0x10 })\n{\"type\": \"value\", \"data\": [[1,2],{\"x\": true, \"p\": 16}]}\n");
    }

    @Test
    void jsonEscapesAndKeepsNumbersExact() {
        json.printf("a\"\\\n\u0001");
        json.value(Datum.unsigned(-1));
        json.value(Datum.signed(1L << 53));
        json.value(Datum.signed((1L << 53) + 1));

        assertThat(written())
                .isEqualTo("{\"type\": \"printf\", \"data\": \"a\\\"\\\\\\n\\u0001\"}\n"
                        + "{\"type\": \"value\", \"data\": \"18446744073709551615\"}\n"
                        + "{\"type\": \"value\", \"data\": 9007199254740992}\n"
                        + "{\"type\": \"value\", \"data\": \"9007199254740993\"}\n");
    }

    @Test
    void bytesThatAreNoTextPassThrough() {
        text.printf(ByteText.ofUnicode("é"));

        assertThat(written()).isEqualTo("é");
    }

    @Test
    void messagesShowTheirPlace() {
        Place place = Place.of(Sources.of(new Source("stdin", "begin { errorf(\"x\") }")), new Span(8, 19));

        text.message(Output.Severity.ERROR, "bad\n", place);
        text.runtimeWarning("odd", place);
        json.message(Output.Severity.ERROR, "bad", place);

        assertThat(written())
                .isEqualTo(
                        "stdin:1:9-20: ERROR: bad\n"
                                + "stdin:1:9-20: WARNING: odd\n"
                                + "begin { errorf(\"x\") }\n"
                                + "        ~~~~~~~~~~~\n"
                                + "{\"type\": \"errorf\", \"msg\": \"bad\", \"filename\": \"stdin\", \"line\": 1, \"col\": 9}\n");
    }

    @Test
    void failuresOfHelpersAreToldAsBpftraceTellsThem() {
        Place place = Place.of(Sources.of(new Source("stdin", "begin { delete(@x); }")), new Span(8, 18));
        HelperFailure failure = new HelperFailure("map_delete_elem", -2, "No such file or directory");

        text.runtimeWarning("gone", failure, place);
        json.runtimeWarning("gone", failure, place);
        json.runtimeWarning("gone", place);

        assertThat(written().lines())
                .containsExactly(
                        "stdin:1:9-19: WARNING: gone",
                        "Additional Info - helper: map_delete_elem, retcode: -2",
                        "begin { delete(@x); }",
                        "        ~~~~~~~~~~",
                        "{\"type\": \"helper_error\", \"msg\": \"No such file or directory\", \"helper\": \"map_delete_elem\", \"retcode\": -2, \"filename\": \"stdin\", \"line\": 1, \"col\": 9}",
                        "{\"type\": \"runtime_error\", \"msg\": \"gone\", \"filename\": \"stdin\", \"line\": 1, \"col\": 9}");
    }

    @Test
    void timeSeriesIsAGraph() {
        Report series = new Report.TimeSeries(List.of(
                new Report.Point(0, Datum.signed(-10)),
                new Report.Point(1_000_000_000L, null),
                new Report.Point(2_000_000_000L, Datum.signed(10))));

        text.map("@t", series);

        List<String> lines = written().lines().toList();
        assertThat(lines.get(0)).isEqualTo("@t:");
        assertThat(lines.get(1)).isEqualTo(" ".repeat(9) + "-10" + " ".repeat(48) + "10");
        assertThat(lines.get(2)).isEqualTo("hh:mm:ss |" + "_".repeat(51) + "|");
        assertThat(lines.get(3).substring(9)).isEqualTo("*" + " ".repeat(25) + "." + " ".repeat(25) + "| -10");
        assertThat(lines.get(4).substring(9)).isEqualTo("|" + " ".repeat(25) + "." + " ".repeat(25) + "| -");
        assertThat(lines.get(5).substring(9)).isEqualTo("|" + " ".repeat(25) + "." + " ".repeat(25) + "* 10");
    }
}
