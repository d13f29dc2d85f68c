package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs real programs one instruction at a time: wherever control arrives other than from the instruction before, by whatever way but a return, the map must have a
 * target. A return (and longjmp) may also arrive behind a call.
 */
@Tag("long")
class StepOracleTest {
    private static final long MAX_STEPS = 1_500_000;

    @TempDir
    Path folder;

    private final Map<Path, CodeMap> maps = new HashMap<>();

    @Test
    void everyArrivalIsATarget() throws Exception {
        Path stepper = build();
        List<List<String>> programs = List.of(
                List.of("/usr/bin/printf", "%5.2f %x %s %*d %e\\n", "1.5", "255", "abc", "5", "7", "1e10"),
                List.of(
                        "/usr/bin/bash",
                        "-c",
                        "for i in 1 2 3; do echo $((i * 7)) ${i}x; done; printf '%08.3f\\n' 2.5"),
                List.of("/usr/bin/sort", "--version"),
                List.of("/usr/bin/perl", "-e", "print join(',', map { sprintf('%3d', $_ * 2) } 1 .. 5), qq(\\n)"));
        long arrivals = 0;
        for (List<String> program : programs) {
            Path steps = folder.resolve("steps");
            List<String> command = new ArrayList<>(List.of(stepper.toString(), "" + MAX_STEPS, steps.toString()));
            command.addAll(program);
            run(command);
            arrivals += check(program.getFirst(), steps);
        }
        System.out.println(arrivals + " different arrivals in " + maps.keySet());
        assertThat(arrivals).isGreaterThan(10_000);
    }

    private record Mapping(long start, long end, long offset, Path path) {}

    private long check(String program, Path steps) throws Exception {
        List<Mapping> mappings = mappings(Path.of(steps + ".maps"));
        ByteBuffer pairs = ByteBuffer.wrap(Files.readAllBytes(steps)).order(ByteOrder.LITTLE_ENDIAN);
        long arrivals = 0;
        Instruction instruction = new Instruction();
        while (pairs.hasRemaining()) {
            long from = pairs.getLong();
            long to = pairs.getLong();
            Mapping source = covering(mappings, from);
            Mapping destination = covering(mappings, to);
            if (destination == null) {
                continue;
            }
            boolean decoded = source != null && decode(map(source), fileAddress(source, from), instruction);
            if (decoded && isNextStep(instruction, fileAddress(source, from), source, destination, to)) {
                continue;
            }
            CodeMap map = map(destination);
            long address = fileAddress(destination, to);
            // longjmp comes back to where setjmp returned by a jump.
            boolean returned =
                    !decoded || instruction.flow() == Flow.RETURN || instruction.flow() == Flow.INDIRECT_JUMP;
            arrivals++;
            assertThat(map.isTarget(address) || (returned && isBehindCall(map, address)))
                    .as("%s: from %x to %x in %s", program, from, address, destination.path())
                    .isTrue();
        }
        return arrivals;
    }

    /** The instruction after it, or itself again (a repeated string instruction). */
    private static boolean isNextStep(
            Instruction instruction, long from, Mapping source, Mapping destination, long to) {
        if (!source.path().equals(destination.path())) {
            return false;
        }
        long address = fileAddress(destination, to);
        return address == from + instruction.length() || address == from;
    }

    private static boolean isBehindCall(CodeMap map, long address) {
        Instruction instruction = new Instruction();
        for (int back = 2; back <= 8; back++) {
            if (decode(map, address - back, instruction)
                    && instruction.length() == back
                    && (instruction.flow() == Flow.CALL || instruction.flow() == Flow.INDIRECT_CALL)) {
                return true;
            }
        }
        return false;
    }

    private static boolean decode(CodeMap map, long address, Instruction instruction) {
        ImageView.Section section = map.sectionAt(address);
        return section != null
                && Decoder.decode(
                        section.bytes(),
                        (int) (address - section.address()),
                        section.bytes().length,
                        address,
                        instruction);
    }

    /** The images of this test have their code where the file has it: address and offset differ by a constant for each mapping, which is 0 for code. */
    private static long fileAddress(Mapping mapping, long address) {
        return address - mapping.start() + mapping.offset();
    }

    private CodeMap map(Mapping mapping) throws Exception {
        CodeMap map = maps.get(mapping.path());
        if (map == null) {
            map = CodeMap.analyze(RealImages.open(mapping.path()).view());
            maps.put(mapping.path(), map);
        }
        return map;
    }

    private static Mapping covering(List<Mapping> mappings, long address) {
        for (Mapping mapping : mappings) {
            if (address >= mapping.start() && address < mapping.end()) {
                return mapping;
            }
        }
        return null;
    }

    private static List<Mapping> mappings(Path file) throws IOException {
        List<Mapping> found = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] columns = line.split("\\s+", 6);
            if (columns.length == 6 && columns[1].contains("x") && columns[5].startsWith("/")) {
                String[] range = columns[0].split("-");
                found.add(new Mapping(
                        Long.parseUnsignedLong(range[0], 16),
                        Long.parseUnsignedLong(range[1], 16),
                        Long.parseLong(columns[2], 16),
                        Path.of(columns[5])));
            }
        }
        return found;
    }

    private Path build() throws Exception {
        Path source = folder.resolve("stepper.c");
        try (InputStream in = StepOracleTest.class.getResourceAsStream("stepper.c")) {
            Files.copy(in, source);
        }
        Path program = folder.resolve("stepper");
        try {
            run(List.of("gcc", "-O2", "-o", program.toString(), source.toString()));
        } catch (IOException e) {
            throw new AssertionError("this test needs gcc: install the package gcc", e);
        }
        return program;
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS))
                    .as("%s ends", command)
                    .isTrue();
            assertThat(process.exitValue()).as("%s", command).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
