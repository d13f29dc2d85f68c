package io.trapless.language.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is printed parses to the same tree, and no text makes the parser throw. */
class RoundTripTest {
    @Test
    void printedExpressionsParseToTheSameTree() {
        long seed = System.nanoTime();
        RandomSyntax syntax = new RandomSyntax(new Random(seed));
        for (int i = 0; i < 1_500; i++) {
            Expression expression = syntax.expression(i % 6);
            String text = SyntaxPrinter.print(expression);
            Result<Expression> parsed = Parser.expression(new Source("seed " + seed, text));
            assertThat(parsed).as("seed %d, %s", seed, text).isInstanceOf(Result.Ok.class);
            assertThat(parsed.orThrow())
                    .as("seed %d, %s", seed, text)
                    .usingRecursiveComparison()
                    .withStrictTypeChecking()
                    .ignoringFieldsOfTypes(Span.class)
                    .isEqualTo(expression);
        }
    }

    @Test
    void randomTextIsParsedOrRefused() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RandomSyntax syntax = new RandomSyntax(random);
        String[] pieces = {
            "uprobe:a:b",
            "usdt:a:b:c",
            " ",
            "/",
            "{",
            "}",
            "=",
            ",",
            "x",
            "arg0",
            "(",
            ")",
            "[",
            "]",
            "*",
            "-",
            "\"",
            "'",
            "\\",
            "1",
            "0x",
            "str",
            "\n",
            "//",
            "/*",
            "$",
            "@",
            "#",
            "if",
            "for",
            "let",
            "?",
            ":",
            ".",
            "..",
            ";",
            "macro",
            "struct",
            "typeof",
            "sizeof",
            "comptime",
            "\u00e9",
            "\ud800",
            "\u0000",
            "é"
        };
        for (int i = 0; i < 10_000; i++) {
            StringBuilder text = new StringBuilder(
                    i % 3 == 0 ? "uprobe:a:b { x = " + SyntaxPrinter.print(syntax.expression(2)) + " }" : "");
            for (int n = random.nextInt(20); n > 0; n--) {
                int at = random.nextInt(text.length() + 1);
                if (random.nextInt(3) == 0 && text.length() > 0) {
                    text.deleteCharAt(random.nextInt(text.length()));
                } else {
                    text.insert(at, pieces[random.nextInt(pieces.length)]);
                }
            }
            for (Result<?> result : new Result<?>[] {
                Parser.clause(new Source("test", text.toString())),
                Parser.program(new Source("test", text.toString())),
                Parser.expression(new Source("test", text.toString()))
            }) {
                if (result instanceof Result.Failed<?> failed) {
                    assertThat(failed.text())
                            .as("seed %d", seed)
                            .contains("error: ")
                            .endsWith("\n");
                }
            }
        }
    }

    @Test
    void deepTextIsRefusedInOneLine() {
        for (String piece : new String[] {
            "(",
            "-",
            "!",
            "f(",
            "a[",
            "(uint8)",
            "{",
            "if a {",
            "a ? b : ",
            "comptime ",
            "sizeof(",
            "typeof(",
            "a + ",
            "a.",
            "@x["
        }) {
            Result<Expression> result = Parser.expression(new Source("test", piece.repeat(100_000) + "a"));
            assertThat(((Result.Failed<Expression>) result).diagnostics()).hasSize(1);
        }
    }
}
