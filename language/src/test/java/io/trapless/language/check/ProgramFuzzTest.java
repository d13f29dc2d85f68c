package io.trapless.language.check;

import io.trapless.fuzz.Fuzzing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramFuzzTest {
    private static final Path FOLDER = Path.of("src/test/resources/programs");

    /** The programs of the golden files. */
    private static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        for (String file : List.of("types.txt", "cuts.txt", "refused.txt")) {
            List<String> program = new ArrayList<>();
            for (String line : Files.readAllLines(FOLDER.resolve(file))) {
                if (line.startsWith(">")) {
                    program.add(line.substring(Math.min(2, line.length())));
                } else if (!program.isEmpty()) {
                    seeds.add(String.join("\n", program).getBytes(StandardCharsets.UTF_8));
                    program.clear();
                }
            }
        }
        return seeds;
    }

    @Test
    void damagedProgramsAreCheckedOrRefused() throws IOException {
        Fuzzing.replay(ProgramFuzz::fuzzerTestOneInput, seeds());
    }

    @Test
    @Tag("long")
    void noTextSurprisesTheChecker(@TempDir Path folder) throws IOException, InterruptedException {
        Fuzzing.search(ProgramFuzz.class, folder, seeds(), 1024);
    }
}
