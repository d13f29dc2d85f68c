package io.trapless.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One case of the probe language, as {@code src/test/cases} has them.
 *
 * @param command for a shell
 * @param status the exit status
 */
record ProgramCase(String name, String command, List<Expectation> expectations, int status) {
    /** What must come out. */
    record Expectation(Kind kind, String text) {}

    enum Kind {
        EXPECT,
        EXPECT_NONE,
        EXPECT_REGEX
    }

    /** All cases of a file. */
    static List<ProgramCase> read(Path file) throws IOException {
        List<ProgramCase> cases = new ArrayList<>();
        String text = Files.readString(file, StandardCharsets.UTF_8).replace("\n ", " ");
        for (String block : text.split("\n\n+", -1)) {
            if (!block.isBlank()) {
                cases.add(parse(block.strip(), file));
            }
        }
        return cases;
    }

    private static ProgramCase parse(String block, Path file) {
        String name = "";
        String command = "";
        int status = 0;
        List<Expectation> expectations = new ArrayList<>();
        for (String line : block.split("\n", -1)) {
            int space = line.indexOf(' ');
            String key = space < 0 ? line : line.substring(0, space);
            String value = space < 0 ? "" : line.substring(space + 1);
            switch (key) {
                case "NAME" -> name = value;
                case "PROG" -> command = "{{TRAPLESS}} -e '" + value.replace("'", "'\\''") + "'";
                case "RUN" -> command = value;
                case "STATUS" -> status = Integer.parseInt(value);
                case "EXPECT", "EXPECT_NONE", "EXPECT_REGEX" ->
                    expectations.add(new Expectation(Kind.valueOf(key), value));
                default -> throw new IllegalArgumentException(file + ": unknown line '" + line + "'");
            }
        }
        if (name.isEmpty() || command.isEmpty() || expectations.isEmpty()) {
            throw new IllegalArgumentException(file + ": a case needs a name, a program and an expectation:\n" + block);
        }
        return new ProgramCase(name, command, expectations, status);
    }

    @Override
    public String toString() {
        return name;
    }
}
