package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The cases of the probe language under {@code src/test/cases}, run as a user would. */
final class ProgramCasesTest {
    private static final int SECONDS = 120;

    /** What cases name in capitals: programs of {@code src/test/c}. */
    private static final List<String> TARGETS = List.of("caller", "fleeting");

    @TestFactory
    List<DynamicContainer> cases() throws IOException {
        Path folder = Trapless.home().resolve("e2e/src/test/cases");
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> all = files.filter(file -> file.toString().endsWith(".cases"))
                    .sorted()
                    .toList();
            assertThat(all).isNotEmpty();
            return all.stream().map(ProgramCasesTest::container).toList();
        }
    }

    private static DynamicContainer container(Path file) {
        try {
            return DynamicContainer.dynamicContainer(
                    String.valueOf(file.getFileName()),
                    ProgramCase.read(file).stream().map(one -> DynamicTest.dynamicTest(one.name(), () -> run(one))));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(ProgramCase one) throws IOException, InterruptedException {
        String command = one.command()
                .replace("{{TRAPLESS}}", Trapless.home().resolve("trapless").toString());
        for (String target : TARGETS) {
            String name = "{{" + target.toUpperCase(Locale.ROOT) + "}}";
            if (command.contains(name)) {
                command = command.replace(name, Programs.compiled(target).toString());
            }
        }
        try (Trapless.Running running = Trapless.Running.start(Map.of(), List.of("sh", "-c", command + " 2>&1"))) {
            Trapless.Result result = running.await(SECONDS);
            String out = result.out();
            assertThat(result.exitStatus()).as(out).isEqualTo(one.status());
            for (ProgramCase.Expectation expectation : one.expectations()) {
                check(expectation, out);
            }
        }
    }

    private static void check(ProgramCase.Expectation expectation, String out) {
        String text = expectation.text();
        Pattern line = Pattern.compile("^\\s*" + Pattern.quote(text.strip()) + "\\s*$", Pattern.MULTILINE);
        switch (expectation.kind()) {
            case EXPECT ->
                assertThat(line.matcher(out).find())
                        .as("a line '%s' in%n%s", text, out)
                        .isTrue();
            case EXPECT_NONE ->
                assertThat(line.matcher(out).find())
                        .as("no line '%s' in%n%s", text, out)
                        .isFalse();
            case EXPECT_REGEX ->
                assertThat(Pattern.compile(text, Pattern.MULTILINE).matcher(out).find())
                        .as("'%s' in%n%s", text, out)
                        .isTrue();
        }
    }
}
