package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pointers that wait in a map until a function returns: what they lead to is read then, for soon afterwards it is gone, and the process too. */
class MirrorTest {
    private static final int THREADS = 8;
    private static final int CALLS = 500;

    @TempDir
    Path folder;

    private static String program(String path, String keep, String tell) {
        return "struct query { long number; char *name; }; uprobe:" + path + ":look { " + keep + " } uretprobe:" + path
                + ":look { " + tell + " delete(@p, tid); }";
    }

    private static void assertAllNames(Trapless.Result result) {
        List<String> lines =
                result.succeeded().out().lines().filter(line -> !line.isEmpty()).toList();
        assertThat(lines)
                .containsExactlyInAnyOrderElementsOf(LongStream.range(0, (long) THREADS * CALLS)
                        .mapToObj(number -> number + " name-" + number)
                        .toList());
    }

    private static String command(Path names) {
        return names + " " + THREADS + " " + CALLS;
    }

    @Test
    void stringsOfManyThreads() throws Exception {
        Path names = Programs.compiled("names");
        String text = program(names.toString(), "@p[tid] = arg0;", "printf(\"%d %s\\n\", retval, str(@p[tid]));");
        assertAllNames(Trapless.run("-q", "-e", text, "-c", command(names)));
    }

    /** A structure, and a string that it points to. */
    @Test
    void structuresOfManyThreads() throws Exception {
        Path names = Programs.compiled("names");
        String text = program(
                names.toString(),
                "@p[tid] = (struct query *)arg1;",
                "$q = @p[tid]; printf(\"%d %s\\n\", $q->number, str($q->name));");
        assertAllNames(Trapless.run("-q", "-e", text, "-c", command(names)));
    }

    /** The trace has what was read. */
    @Test
    void aSavedTraceSaysTheSame() throws Exception {
        Path names = Programs.compiled("names");
        Path trace = folder.resolve("trace");
        String text = program(names.toString(), "@p[tid] = arg0;", "printf(\"%d %r\\n\", retval, buf(@p[tid], 4)); ");
        Trapless.Result live = Trapless.run("-q", "-e", text, "--save", trace, "-c", command(names))
                .succeeded();
        assertThat(live.out().lines().filter(line -> line.endsWith(" name"))).hasSize(THREADS * CALLS);
        Trapless.Result replayed =
                Trapless.run("-q", "-e", text, "--trace", trace).succeeded();
        assertThat(replayed.out()).isEqualTo(live.out());
    }

    /** The target takes the last assignment for granted, which the handler never comes to. */
    @Test
    void aWrongGuessNeverShows() throws Exception {
        Path names = Programs.compiled("names");
        String text = program(
                names.toString(),
                "@p[tid] = arg0; if (arg1 == 0) { @p[tid] = (uint64)uaddr(\"wrong\"); }",
                "printf(\"%s|\\n\", str(@p[tid]));");
        String out = Trapless.run("-q", "-e", text, "-c", names + " 2 100")
                .succeeded()
                .out();
        assertThat(out.lines().filter(line -> line.endsWith("|"))).hasSize(200);
        assertThat(out).doesNotContain("wrong");
    }
}
