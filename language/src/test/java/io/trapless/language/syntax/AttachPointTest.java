package io.trapless.language.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.diagnostic.Result;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttachPointTest {
    private static final Span ANYWHERE = new Span(0, 0);

    private static AttachPoint parse(String text) {
        return Parser.attachPoint(new Source("test", text)).orThrow();
    }

    private static void assertParses(String text, ProbePattern expected) {
        assertThat(((AttachPoint.Sites) parse(text)).pattern())
                .usingRecursiveComparison()
                .withStrictTypeChecking()
                .ignoringFieldsOfTypes(Span.class)
                .isEqualTo(expected);
    }

    private static ProbeTarget function(String pattern) {
        return new ProbeTarget.Function(pattern, ProbeTarget.Language.ANY);
    }

    @Test
    void functions() {
        assertParses("uprobe:libc:malloc", new ProbePattern.Uprobe("libc", function("malloc"), ANYWHERE));
        assertParses("u:/bin/a-b.c:f*_[a-z]?", new ProbePattern.Uprobe("/bin/a-b.c", function("f*_[a-z]?"), ANYWHERE));
        assertParses("ur:./app:main", new ProbePattern.Uretprobe("./app", function("main"), ANYWHERE));
        assertParses(
                "uprobe:/usr/lib/libstdc++.so.6:f",
                new ProbePattern.Uprobe("/usr/lib/libstdc++.so.6", function("f"), ANYWHERE));
        assertParses("uprobe:\"/my dir/a:b\":f", new ProbePattern.Uprobe("/my dir/a:b", function("f"), ANYWHERE));
        assertParses(
                "uprobe:a:\"ns::f(int, char)\"", new ProbePattern.Uprobe("a", function("ns::f(int, char)"), ANYWHERE));
        assertParses(
                "uprobe:libfoo:cpp:\"ns::f\"",
                new ProbePattern.Uprobe(
                        "libfoo", new ProbeTarget.Function("ns::f", ProbeTarget.Language.CPP), ANYWHERE));
        assertParses("uprobe:a:operator+", new ProbePattern.Uprobe("a", function("operator+"), ANYWHERE));
        assertParses("uprobe:a:\"f+4\"", new ProbePattern.Uprobe("a", function("f+4"), ANYWHERE));
    }

    @Test
    void instructions() {
        assertParses(
                "uprobe:./app:0x11e0", new ProbePattern.Uprobe("./app", new ProbeTarget.Address(0x11e0), ANYWHERE));
        assertParses("uprobe:./app:4096", new ProbePattern.Uprobe("./app", new ProbeTarget.Address(4096), ANYWHERE));
        assertParses(
                "uprobe:./app:main+0x10",
                new ProbePattern.Uprobe(
                        "./app", new ProbeTarget.FunctionOffset("main", ProbeTarget.Language.ANY, 16), ANYWHERE));
        assertParses(
                "uprobe:./app:\"a::b\"+4",
                new ProbePattern.Uprobe(
                        "./app", new ProbeTarget.FunctionOffset("a::b", ProbeTarget.Language.ANY, 4), ANYWHERE));
        assertParses(
                "uprobe:./app:foo.c:12",
                new ProbePattern.Uprobe("./app", new ProbeTarget.SourceLine("foo.c", 12), ANYWHERE));
        assertParses(
                "uprobe:./app@foo.c:12",
                new ProbePattern.Uprobe("./app", new ProbeTarget.SourceLine("foo.c", 12), ANYWHERE));
        assertParses(
                "uprobe:./app@src/foo.c:12:7",
                new ProbePattern.Uprobe("./app", new ProbeTarget.SourceLine("src/foo.c", 12, 7), ANYWHERE));
        assertParses(
                "uprobe:./app:foo.c:12:7",
                new ProbePattern.Uprobe("./app", new ProbeTarget.SourceLine("foo.c", 12, 7), ANYWHERE));
        assertParses(
                "uprobe:./a@b:foo.c:12:7",
                new ProbePattern.Uprobe("./a@b", new ProbeTarget.SourceLine("foo.c", 12, 7), ANYWHERE));
        assertParses(
                "uprobe:./a@b:main",
                new ProbePattern.Uprobe("./a@b", new ProbeTarget.Function("main", ProbeTarget.Language.ANY), ANYWHERE));
        assertParses("uprobe:./a@b:0x12", new ProbePattern.Uprobe("./a@b", new ProbeTarget.Address(0x12), ANYWHERE));
    }

    @Test
    void usdt() {
        assertParses(
                "usdt:libpython:python:function__entry",
                new ProbePattern.Usdt("libpython", "python", "function__entry", ANYWHERE));
        assertParses("U:*:*", new ProbePattern.Usdt("*", "", "*", ANYWHERE));
        assertParses("usdt:a::n", new ProbePattern.Usdt("a", "", "n", ANYWHERE));
    }

    @Test
    void moments() {
        assertThat(parse("interval:s:1").text()).isEqualTo("interval:s:1");
        assertThat(parse("BEGIN").text()).isEqualTo("begin");
        assertThat(parse("self:signal:SIGUSR1").text()).isEqualTo("self:signal:SIGUSR1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uprobe:libc:malloc",
                "uretprobe:/a/b:f",
                "uprobe:a:\"f+4\"",
                "uprobe:a:f+4",
                "uprobe:\"a b\":cpp:\"x, y\"",
                "uprobe:a:foo.c:7",
                "uprobe:a:0xff",
                "usdt:a:b:c",
                "usdt:a:c",
                "uprobe:a:\"1f\"",
                "uprobe:/lib/libstdc++.so:f",
                "uprobe:a:\"cpp\":3",
            })
    void canonicalTextParsesToItself(String text) {
        assertThat(parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", ":", "uprobe", "uprobe:", "uprobe:a", "uprobe:a:", "uprobe::f", "uprobe:a:b:c", "uprobe:a:b:c:d",
                        "uretprobe:a:f+1",
                "uprobe:a:f+0xzz", "uprobe:a:0xzz", "uprobe:a:\"f", "usdt:a", "usdt:a:b:", "uprobe:a:f x", "kprobe:f",
                        "k:f", "tracepoint:a:b", "iter:task",
                "nonsense:a:b", "uprobe:a:99999999999999999999", "uprobe:a:ns::f"
            })
    void rejected(String text) {
        assertThat(Parser.attachPoint(new Source("test", text))).isInstanceOf(Result.Failed.class);
    }
}
