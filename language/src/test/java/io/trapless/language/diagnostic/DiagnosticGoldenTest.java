package io.trapless.language.diagnostic;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Slice;
import io.trapless.language.syntax.Parser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What the user sees. {@code diagnostics/*.txt} hold clauses (lines that begin with {@code >}) and under each the text that it gives; {@code -Dtest.args=-Dgolden.update=true} writes
 * the files anew, for a review with the version control's diff.
 */
class DiagnosticGoldenTest {
    private static final Path FOLDER = Path.of("src/test/resources/diagnostics");

    @Test
    void clauses() throws IOException {
        check("clauses.txt", new ArgumentTypes.Unknown());
    }

    @Test
    void staticProbes() throws IOException {
        check(
                "static-probes.txt",
                new ArgumentTypes.Note(
                        List.of(new CaptureType.Int(4, true, CaptureType.Base.DEC), new CaptureType.Floating(8))));
    }

    private static void check(String file, ArgumentTypes arguments) throws IOException {
        String expected = Files.readString(FOLDER.resolve(file));
        StringBuilder actual = new StringBuilder();
        List<String> clause = new ArrayList<>();
        for (String line : expected.lines().toList()) {
            if (line.startsWith("#")) {
                actual.append(line).append('\n');
            } else if (line.startsWith(">")) {
                clause.add(line.substring(Math.min(2, line.length())));
                actual.append(line).append('\n');
            } else if (!clause.isEmpty()) {
                actual.append(diagnose(String.join("\n", clause), arguments)).append('\n');
                clause.clear();
            }
        }
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(FOLDER.resolve(file), actual);
        }
        assertThat(actual.toString()).isEqualTo(Files.readString(FOLDER.resolve(file)));
    }

    private static String diagnose(String clause, ArgumentTypes arguments) {
        return switch (Parser.clause(new Source("-e", clause)).then(c -> Slice.of(c, arguments))) {
            case Result.Ok<?> _ -> "accepted\n";
            case Result.Failed<?> failed -> failed.text();
        };
    }
}
