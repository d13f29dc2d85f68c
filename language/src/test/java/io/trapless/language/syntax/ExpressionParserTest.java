package io.trapless.language.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.Slice;
import io.trapless.language.slice.Value;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionParserTest {
    private static Expression parse(String text) {
        return Parser.expression(new Source("test", text)).orThrow();
    }

    /** Every operation in parentheses of its own. */
    private static String grouped(Expression expression) {
        return switch (expression) {
            case Expression.Binary b -> "(" + grouped(b.left()) + b.operator().text() + grouped(b.right()) + ")";
            case Expression.Unary u ->
                u.operator().isPostfix()
                        ? "(" + grouped(u.operand()) + u.operator().text() + ")"
                        : "(" + u.operator().text() + grouped(u.operand()) + ")";
            case Expression.Ternary t ->
                "(" + grouped(t.condition()) + "?" + (t.whenTrue() == null ? "" : grouped(t.whenTrue())) + ":"
                        + grouped(t.whenFalse()) + ")";
            case Expression.Cast c ->
                "{" + ((Expression.TypeOperand.OfName) c.type()).name().text() + "}" + grouped(c.operand());
            case Expression.Index i -> grouped(i.base()) + "[" + grouped(i.index()) + "]";
            case Expression.Field f -> grouped(f.base()) + "." + f.field();
            case Expression.TupleField f -> grouped(f.base()) + "." + f.index();
            case Expression.Call c ->
                c.function()
                        + c.arguments().stream()
                                .map(a -> grouped(((Expression.Argument.OfExpression) a).expression()))
                                .collect(Collectors.joining(",", "(", ")"));
            default -> SyntaxPrinter.print(expression);
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "a + b * c => (a+(b*c))",
                "a * b + c => ((a*b)+c)",
                "a - b - c => ((a-b)-c)",
                "a / b * c % d => (((a/b)*c)%d)",
                "a << b + c => (a<<(b+c))",
                "a < b << c => (a<(b<<c))",
                "a == b < c => (a==(b<c))",
                "a & b == c => (a&(b==c))",
                "a ^ b & c => (a^(b&c))",
                "a | b ^ c => (a|(b^c))",
                "a && b | c => (a&&(b|c))",
                "a || b && c => (a||(b&&c))",
                "a ? b : c ? d : e => (a?b:(c?d:e))",
                "a ? b ? c : d : e => (a?(b?c:d):e)",
                "a || b ? c : d => ((a||b)?c:d)",
                "a ?: b => (a?:b)",
                "a == b != c => ((a==b)!=c)",
                "a <= b >= c => ((a<=b)>=c)",
                "-a * b => ((-a)*b)",
                "!a == b => ((!a)==b)",
                "- -a => (-(-a))",
                "~a + -b => ((~a)+(-b))",
                "*a + b => ((*a)+b)",
                "**a[1] => (*(*a[1]))",
                "a * *b => (a*(*b))",
                "-a[1].b->c => (-a[1].b.c)",
                "$x++ + ++$y => (($x++)+(++$y))",
                "&@m => (&@m)",
                "(uint32)a + b => ({uint32}a+b)",
                "*(uint32*)a + b => ((*{uint32*}a)+b)",
                "(uint8)-1 => {uint8}(-1)",
                "(uint8)*p => {uint8}(*p)",
                "(arg0) - 1 => (arg0-1)",
                "(cpu) - 1 => (cpu-1)",
                "(size_t)-1 => {size_t}(-1)",
                "(struct foo *)a => {struct foo*}a",
                "(char *)a => {char*}a",
                "(foo)a => {foo}a",
                "(a) * b => (a*b)",
                "(a) & b => (a&b)",
                "(a)[1] => a[1]",
                "((a)) => a",
                "(uint8*)a[1] => {uint8*}a[1]",
                "((uint8*)a)[1] => {uint8*}a[1]",
                "f(a, b + c)(d) => !",
                "str(arg0, 16) == \"GET\" => (str(arg0,16)==\"GET\")",
                "$kv.0.1 => $kv.0.1",
                "@m[1, 2] + @ => (@m[1, 2]+@)",
                "a // comment => a",
                "a /* b */ + c => (a+c)",
            })
    void precedence(String text, String expected) {
        Result<Expression> result = Parser.expression(new Source("test", text));
        if (expected.equals("!")) {
            assertThat(result).isInstanceOf(Result.Failed.class);
        } else {
            // An index binds tighter than a cast, which the grouped text does not show.
            assertThat(grouped(result.orThrow())).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '`',
            value = {
                "1 + 2 * 3 - 4 / 2 => 5",
                "1 << 2 + 3 => 32",
                "6 & 3 == 3 => 0",
                "1 | 6 ^ 2 & 3 => 5",
                "10 - 4 - 3 => 3",
                "100 / 10 / 5 => 2",
                "17 % 5 * 2 => 4",
                "5 > 4 == 1 => 1",
                "0 || 1 && 0 => 0",
                "1 ? 2 : 0 ? 3 : 4 => 2",
                "0 ?: 7 => 7",
                "~0 & 0xff => 255",
                "-3 * -4 => 12",
                "!0 + 1 => 2",
                "-7 / 2 => -3",
                "-7 % 3 => -1",
                "-8 >> 1 => -4",
                "(uint8)300 => 44",
                "(int8)200 => -56",
                "(uint64)-1 / 2 => 9223372036854775807",
                "18446744073709551615 > 1 => 1",
                "sizeof(uint32) * 8 => 32",
                "sizeof(int) + sizeof(char *) => 12",
                "\"a\" == \"a\" => 1",
                "'a' + 1 => 98",
                "true + true => 2",
                "-9223372036854775808 => -9223372036854775808",
            })
    void values(String text, long expected) {
        var program = Slice.of(
                        Parser.clause(new Source("test", "uprobe:a:f { x = " + text + " }"))
                                .orThrow(),
                        new ArgumentTypes.Function())
                .orThrow();
        assertThat(program.captures().getFirst().value())
                .isInstanceOfSatisfying(
                        Value.Constant.class, c -> assertThat(c.value()).isEqualTo(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arg0 / 2",
                "arg0 / 2 > 1",
                "(arg0 / 2)",
                "arg0/2/1",
                "str(arg0) == \"/\"",
                "*(uint8*)arg0 == '/'"
            })
    void filtersMayDivide(String filter) {
        for (String rest : new String[] {"", " ", " { x = arg0 / 2 }", "{x=1}", " /* c */ {x=1} // c"}) {
            Clause clause = Parser.clause(new Source("test", "uprobe:a:f / " + filter + "/" + rest))
                    .orThrow();
            assertThat(clause.filter())
                    .usingRecursiveComparison()
                    .withStrictTypeChecking()
                    .ignoringFieldsOfTypes(Span.class)
                    .isEqualTo(parse(filter));
            assertThat(clause.fields() != null).isEqualTo(rest.contains("{"));
        }
    }
}
