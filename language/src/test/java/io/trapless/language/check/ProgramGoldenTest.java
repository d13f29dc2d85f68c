package io.trapless.language.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckResult;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.diagnostic.FindingPrinter;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.print.StagePrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Programs and what becomes of them. {@code programs/*.txt} hold programs (lines that begin with {@code >}; headings begin with {@code ==}) and under each the text of a stage; {@code -Dtest.args=-Dgolden.update=true} writes the files anew, for a review with
 * the version control's diff.
 */
class ProgramGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/programs");

    private static final String ACCEPTED = "accepted!";

    private static final Map<String, String> HEADERS = Map.of("types.h", """
            #pragma once
            typedef unsigned short u16x; /* a comment */
            #define PAIR(type) struct { type first, second; }
            extern int counter;
            static inline int twice(int x) { return 2 * x; }
            struct header { u16x a; int (*call)(int); char *names[3]; int m[2][3]; PAIR(char) pair; };
            """);

    private static final CheckOptions.Files FILES = new CheckOptions.Files() {
        @Override
        public @Nullable String header(String name, boolean angled) {
            return HEADERS.get(name);
        }

        @Override
        public CheckOptions.Imported imported(String path, @Nullable Path importer) {
            return path.equals("lib.bt")
                    ? new CheckOptions.Imported.Found(List.of(
                            new CheckOptions.ImportedFile(
                                    Path.of("/lib/lib.bt"),
                                    "#define EIGHT 8\nmacro eight() { EIGHT } begin { @from_lib = eight() }"),
                            new CheckOptions.ImportedFile(Path.of("/lib/t.h"), "struct imported { int x; };")))
                    : new CheckOptions.Imported.Failed("can't be read");
        }
    };

    private static CheckOptions options(String program) {
        return new CheckOptions(
                List.of("42", "word"),
                program.contains("getopt") ? Map.of("level", "7", "quiet", "") : Map.of(),
                Map.of("BPFTRACE_UNSTABLE_TYPEINFO", "enable", "HOME", "/"),
                false,
                false,
                false,
                FILES,
                CheckOptions.SiteFacts.UNKNOWN);
    }

    @Test
    void refusedPrograms() throws IOException {
        String text = check("refused.txt", program -> ACCEPTED + "\n" + StagePrinter.types(program));
        assertThat(text).doesNotContain(ACCEPTED);
    }

    @Test
    void warnings() throws IOException {
        check("warnings.txt", program -> FindingPrinter.print(program.warnings()));
    }

    @Test
    void types() throws IOException {
        check("types.txt", StagePrinter::types);
    }

    @Test
    void cuts() throws IOException {
        check("cuts.txt", StagePrinter::slice);
    }

    private static String check(String file, Function<CheckedProgram, String> stage) throws IOException {
        String expected = Files.readString(FOLDER.resolve(file));
        StringBuilder actual = new StringBuilder();
        List<String> program = new ArrayList<>();
        for (String line : (expected + "\n").lines().toList()) {
            if (line.startsWith("== ")) {
                actual.append(line).append('\n');
            } else if (line.startsWith(">")) {
                program.add(line.substring(Math.min(2, line.length())));
                actual.append(line).append('\n');
            } else if (!program.isEmpty()) {
                actual.append(result(String.join("\n", program), stage)).append('\n');
                program.clear();
            }
        }
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(FOLDER.resolve(file), actual);
        }
        assertThat(actual.toString()).isEqualTo(Files.readString(FOLDER.resolve(file)));
        return actual.toString();
    }

    private static String result(String program, Function<CheckedProgram, String> stage) {
        return switch (ProgramChecker.check(new Source("stdin", program), options(program))) {
            case CheckResult.Failed failed -> failed.text();
            case CheckResult.Ok(CheckedProgram checked) -> stage.apply(checked);
        };
    }
}
