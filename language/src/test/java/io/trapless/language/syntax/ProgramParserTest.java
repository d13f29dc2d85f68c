package io.trapless.language.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramParserTest {
    private static Result<Program> parse(String text) {
        return Parser.program(new Source("test", text));
    }

    @Test
    void everyConstructOfAProgram() throws IOException {
        Program program = parse(Files.readString(Path.of("src/test/resources/programs/latency.bt")))
                .orThrow();
        assertThat(program.cDefinitions()).hasSize(4);
        assertThat(program.cDefinitions().get(2).text())
                .startsWith("struct request {")
                .endsWith("aligned(1)));");
        assertThat(program.config())
                .extracting(Program.Setting::key)
                .containsExactly("max_map_keys", "print_maps_on_exit", "stack_mode");
        assertThat(program.imports()).extracting(Statement.Import::path).containsExactly("helpers.bt");
        assertThat(program.items())
                .<Class<?>>extracting(Object::getClass)
                .containsExactly(
                        Program.MapDeclaration.class,
                        Program.Macro.class,
                        Program.Function.class,
                        Program.Action.class,
                        Program.Action.class,
                        Program.Action.class,
                        Program.Action.class,
                        Program.Action.class);
        Program.Action serve = (Program.Action) program.items().get(4);
        assertThat(serve.attachPoints()).hasSize(2);
        assertThat(serve.filter()).isInstanceOf(Expression.Binary.class);
        assertThat(serve.body().statements()).hasSize(19);
        assertThat(serve.body().value()).isInstanceOf(Expression.Call.class);
    }

    @Test
    void printedStatementsParseToTheSameTree() throws IOException {
        Program program = parse(Files.readString(Path.of("src/test/resources/programs/latency.bt")))
                .orThrow();
        for (Program.Item item : program.items()) {
            if (item instanceof Program.Action action) {
                String text = "begin " + SyntaxPrinter.print(action.body());
                Program.Action again =
                        (Program.Action) parse(text).orThrow().items().getFirst();
                assertThat(again.body())
                        .as(text)
                        .usingRecursiveComparison()
                        .withStrictTypeChecking()
                        .ignoringFieldsOfTypes(Span.class)
                        .isEqualTo(action.body());
            }
        }
    }

    @Test
    void anEmptyProgramIsAProgram() {
        assertThat(parse("").orThrow().items()).isEmpty();
        assertThat(parse("// only a comment").orThrow().items()).isEmpty();
        assertThat(parse("#!/bin/x\nbegin { }").orThrow().items()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "struct a { int x; } __attribute__ /**/ ((packed)) begin { }",
                "struct a { int x; } __attribute__((packed)) __attribute__((aligned(1))) struct b { int y; } begin { }",
                "#define A \\\n 1\nunion u { int a; };\nbegin { }",
                "enum e { A, B } begin { }",
            })
    void cDefinitionsEndWhereTheyEnd(String text) {
        assertThat(parse(text).orThrow().items()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "begin",
                "begin {",
                "begin { 1 2 }",
                "begin { 1 = 2; }",
                "begin { $a.x = 2; }",
                "begin { let x; }",
                "begin { for (x : @m) { } }",
                "begin { for ($x : 5) { } }",
                "begin { if (1) 2; }",
                "begin { return 1 2; }",
                "begin { @a[] = 1; }",
                "begin { $0 = 1; }",
                "macro { }",
                "macro m(1) { }",
                "fn f() { }",
                "let @a = hash;",
                "let $a;",
                "config = { a }",
                "config = { a = 1 } config = { b = 2 }",
                "struct a { int x;",
                "struct a { } __attribute__((x",
                "import x;",
                "begin { import x; }",
                "kprobe:f { }",
                "begin { } }"
            })
    void rejected(String text) {
        assertThat(parse(text)).isInstanceOf(Result.Failed.class);
    }
}
