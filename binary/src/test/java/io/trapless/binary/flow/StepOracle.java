package io.trapless.binary.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.elf.ElfFile;
import io.trapless.binary.x86.Decoder;
import io.trapless.binary.x86.Flow;
import io.trapless.binary.x86.Instruction;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs programs one instruction at a time: wherever control arrives other than from the instruction before, by whatever way but a return, the map must have a
 * target. A return (and longjmp) may also arrive behind a call, and a jump that the map says it cannot resolve may go anywhere.
 */
final class StepOracle {
    private final Path folder;
    private final Path stepper;
    private final Map<Path, CodeMap> maps = new HashMap<>();
    private int unresolved;

    StepOracle(Path folder) throws Exception {
        this.folder = folder;
        this.stepper = compile(folder, "stepper.c", "stepper", "gcc", List.of("-O2"));
    }

    /** Runs a program for a number of steps at most; returns how many different arrivals there were, all of them checked. */
    long run(List<String> program, long maxSteps) throws Exception {
        Path steps = folder.resolve("steps");
        List<String> command = new ArrayList<>(List.of(stepper.toString(), "" + maxSteps, steps.toString()));
        command.addAll(program);
        execute(command);
        return check(program.getFirst(), steps);
    }

    /** Arrivals so far from jumps that are not resolved. */
    int unresolvedArrivals() {
        return unresolved;
    }

    /** @param fileAddress what the file calls the first byte */
    private record Mapping(long start, long end, long fileAddress, Path path) {}

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
            if (decoded && isCpuid(instruction) && isTwoStepsOn(map, instruction, address)) {
                continue;
            }
            // longjmp comes back to where setjmp returned by a jump.
            boolean returned =
                    !decoded || instruction.flow() == Flow.RETURN || instruction.flow() == Flow.INDIRECT_JUMP;
            arrivals++;
            if (decoded && isUnresolved(map(source), instruction)) {
                unresolved++;
                continue;
            }
            assertThat(map.isTarget(address) || (returned && isBehindCall(map, address)))
                    .as("%s: from %x to %x in %s", program, from, address, destination.path())
                    .isTrue();
        }
        return arrivals;
    }

    /** A hypervisor that emulates cpuid may swallow the single step behind it. */
    private static boolean isCpuid(Instruction instruction) {
        return instruction.opcodeMap() == Instruction.MAP_0F && instruction.opcode() == 0xA2;
    }

    private static boolean isTwoStepsOn(CodeMap map, Instruction first, long address) {
        Instruction second = new Instruction();
        return decode(map, first.nextAddress(), second) && second.nextAddress() == address;
    }

    private static boolean isUnresolved(CodeMap map, Instruction jump) {
        return map.hasUnresolvedIndirectJump(jump.address(), jump.address() + 1);
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

    private static long fileAddress(Mapping mapping, long address) {
        return address - mapping.start() + mapping.fileAddress();
    }

    private CodeMap map(Mapping mapping) throws Exception {
        CodeMap map = maps.get(mapping.path());
        if (map == null) {
            map = CodeMap.analyze(RealImages.open(mapping.path()).view());
            maps.put(mapping.path(), map);
        }
        return map;
    }

    private static long addressOf(Path path, long offset) throws Exception {
        try (ElfFile file = ElfFile.open(path)) {
            return file.addressOfFileOffset(offset).orElseThrow();
        }
    }

    private static @Nullable Mapping covering(List<Mapping> mappings, long address) {
        for (Mapping mapping : mappings) {
            if (address >= mapping.start() && address < mapping.end()) {
                return mapping;
            }
        }
        return null;
    }

    private static List<Mapping> mappings(Path file) throws Exception {
        List<Mapping> found = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            String[] columns = line.split("\\s+", 6);
            if (columns.length == 6 && columns[1].contains("x") && columns[5].startsWith("/")) {
                String[] range = columns[0].split("-");
                Path path = Path.of(columns[5]);
                found.add(new Mapping(
                        Long.parseUnsignedLong(range[0], 16),
                        Long.parseUnsignedLong(range[1], 16),
                        addressOf(path, Long.parseLong(columns[2], 16)),
                        path));
            }
        }
        return found;
    }

    /** Compiles a source that lies beside this class. */
    static Path compile(Path folder, String source, String name, String compiler, List<String> options)
            throws Exception {
        Path file = folder.resolve(source);
        try (InputStream in = StepOracle.class.getResourceAsStream(source)) {
            assertThat(in).as(source).isNotNull();
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        Path program = folder.resolve(name);
        List<String> command = new ArrayList<>(List.of(compiler));
        command.addAll(options);
        command.addAll(List.of("-o", program.toString(), file.toString()));
        try {
            execute(command);
        } catch (IOException e) {
            throw new AssertionError("this test needs " + compiler + ": install the package " + compiler, e);
        }
        return program;
    }

    private static void execute(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).inheritIO().start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES))
                    .as("%s ends", command)
                    .isTrue();
            assertThat(process.exitValue()).as("%s", command).isZero();
        } finally {
            process.destroyForcibly();
        }
    }
}
