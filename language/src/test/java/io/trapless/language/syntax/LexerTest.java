package io.trapless.language.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LexerTest {
    private static Token first(String text) {
        return new Lexer(new Source("test", text)).token(0);
    }

    private static List<String> texts(String text) {
        Lexer lexer = new Lexer(new Source("test", text));
        List<String> texts = new ArrayList<>();
        for (Token token = lexer.token(0);
                token.kind() != Token.Kind.END;
                token = lexer.token(token.span().end())) {
            texts.add(token.text());
        }
        return texts;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "123, 123",
        "0x1F, 31",
        "0XdeadBEEF, 3735928559",
        "0123, 83",
        "1_000_123, 1000123",
        "0x_ff, 255",
        "1e6, 1000000",
        "2E3, 2000",
        "0e99, 0",
        "123UL, 123",
        "7ull, 7",
        "5l, 5",
        "10ms, 10000000",
        "3us, 3000",
        "9ns, 9",
        "1m, 60000000000",
        "2h, 7200000000000",
        "1d, 86400000000000",
        "9223372036854775807, 9223372036854775807",
        "18446744073709551615, -1",
        "'A', 65",
        "'\\n', 10",
        "'\\xff', 255",
    })
    void numbers(String text, long value) {
        // JUnit's CSV takes single quotes for its own.
        String source = text.length() == 1 && !Character.isDigit(text.charAt(0)) || text.startsWith("\\")
                ? "'" + text + "'"
                : text;
        Token token = first(source);
        assertThat(token.problem()).isNull();
        assertThat(token.kind()).isEqualTo(Token.Kind.NUMBER);
        assertThat(token.number()).isEqualTo(value);
        assertThat(token.span().end()).isEqualTo(source.length());
    }

    @ParameterizedTest
    @CsvSource({
        "18446744073709551616, NUMBER_TOO_LARGE",
        "1e20, NUMBER_TOO_LARGE",
        "300000d, NUMBER_TOO_LARGE",
        "1e99999999999, NUMBER_TOO_LARGE",
        "08, BAD_NUMBER",
        "0x, BAD_NUMBER",
        "1_, BAD_NUMBER",
        "4K, BAD_NUMBER_SUFFIX",
        "1e, BAD_NUMBER_SUFFIX",
        "12abc, BAD_NUMBER_SUFFIX",
    })
    void badNumbers(String text, Problem problem) {
        assertThat(Objects.requireNonNull(first(text).problem()).problem()).isEqualTo(problem);
    }

    @Test
    void strings() {
        assertThat(first("\"a\\tb\\\\\\\"\\n\\r\"").text()).isEqualTo("a\tb\\\"\n\r");
        assertThat(StringText.bytes(first("\"\\101\\x42\\xff\\0é\"").text()))
                .containsExactly('A', 'B', 0xFF, 0, 0xC3, 0xA9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"open",
                "\"line\nend\"",
                "\"\\q\"",
                "\"\\x\"",
                "\"\\777\"",
                "'ab'",
                "''",
                "'é'",
                "\"\\",
                "/* open",
                "`",
                "\u0001"
            })
    void badTokens(String text) {
        assertThat(first(text).problem()).isNotNull();
    }

    @Test
    void longestOperatorFirst() {
        assertThat(texts("a<<=b>>c>=d->e..f++ +g&&h&i||j|k!=l!m"))
                .containsExactly(
                        "a", "<<=", "b", ">>", "c", ">=", "d", "->", "e", "..", "f", "++", "+", "g", "&&", "h", "&",
                        "i", "||", "j", "|", "k", "!=", "l", "!", "m");
    }

    @Test
    void layout() {
        assertThat(texts(" a // b\n\t/* c * / */ d\r\n$x @ @y $1 $# "))
                .containsExactly("a", "d", "$x", "@", "@y", "$1", "$#");
    }
}
