package io.trapless.tracer.resolve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Processes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The program of {@code places.c} while it runs, and what it says of itself. */
final class PlacesTarget implements AutoCloseable {
    private static final Path SOURCE = Path.of("src/test/c/places.c");

    private final LaunchedProcess process;
    private final Map<String, Long> addresses = new HashMap<>();

    private PlacesTarget(LaunchedProcess process) {
        this.process = process;
    }

    static Path compile(Path output, String... options) {
        List<String> command = new ArrayList<>(List.of("gcc", "-O1", "-o", output.toString(), SOURCE.toString()));
        command.addAll(List.of(options));
        run(command.toArray(String[]::new));
        return output;
    }

    static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor())
                    .as("%s: %s", String.join(" ", command), output)
                    .isZero();
        } catch (IOException e) {
            fail(command[0] + " is missing: install the packages gcc, binutils and systemtap-sdt-dev");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Starts a program and waits until it says "ready". */
    static PlacesTarget start(String... command) throws Exception {
        Path output = Files.createTempFile("places", ".txt");
        try {
            int in = (int) Descriptors.open("/dev/null", Descriptors.O_RDONLY);
            int out = (int) Descriptors.open(output.toString(), Descriptors.O_RDWR);
            PlacesTarget target = new PlacesTarget(
                    LaunchedProcess.start(List.of(command), LaunchedProcess.environment(), new int[] {in, out, 2}));
            Descriptors.close(in);
            Descriptors.close(out);
            target.readUntilReady(output);
            return target;
        } finally {
            Files.delete(output);
        }
    }

    private void readUntilReady(Path output) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        String text = Files.readString(output);
        while (!text.contains("ready\n")) {
            assertThat(process.isRunning() && System.nanoTime() < deadline)
                    .as(text)
                    .isTrue();
            Thread.sleep(5);
            text = Files.readString(output);
        }
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", -1);
            if (words.length == 2 && words[1].startsWith("0x")) {
                addresses.put(words[0], Long.parseLong(words[1].substring(2), 16));
            }
        }
    }

    /** What the program says where something is. */
    long address(String name) {
        return addresses.get(name);
    }

    TargetProcess open() throws Exception {
        return TargetProcess.open(process.pid());
    }

    @Override
    public void close() {
        process.signal(Processes.SIGKILL);
        process.awaitExit(10_000);
    }
}
