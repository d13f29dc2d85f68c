package io.trapless.cli;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * What the launcher runs once after a build while the JVM takes notes: the commands people start, with their output thrown away. The notes become the
 * start-up cache. How a command ends does not matter here: what can't be done on this machine is simply not in the cache.
 */
final class Training {

    /** A little of everything that programs do. */
    private static final String PROGRAM = """
            struct point { int x; int y; };
            begin {
                $i = 0; while ($i < 3) { $i++; @c[$i] = count(); @s["a", $i] = sum($i); @h = hist($i); @l = lhist($i, 0, 10, 1); @st = stats($i); }
                for ($kv : @c) { printf("%d %-5s %x\\n", $kv.0, "a", 255); }
                if (@c[1] > 0 && strcontains("hello", "ell")) { print((1, "x", (2, 3))); print(@c, 2); time("%H:%M:%S\\n"); }
                @d[1] = 1; delete(@d, 1); clear(@s); print(strlen("abc")); printf("%s\\n", ntop(0x0100007f));
            }
            interval:ms:1 { exit(); }
            end { printf("done\\n"); }
            """;

    private Training() {}

    /** Runs every command once on something small. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("trapless-training");
        try {
            String trace = folder.resolve("trace").toString();
            run("--help");
            run("record", "--buffer-size", "1x");
            run("record", "--help");
            run("list", "/proc/self/exe", "no-such-function");
            String spec = "uprobe:libc:clock_nanosleep /arg0 < 100/ { flags = arg1 }";
            run("record", "-e", spec, "-o", trace, "--buffer-size", "64K", "--quiet", "--", "sleep", "0.05");
            attach(spec, folder.resolve("attached"));
            run("view", trace, "--limit", "10");
            run("view", trace, "--json");
            run("sessions");
            run("-q", "-e", PROGRAM);
            run("-q", "-f", "json", "-e", PROGRAM);
            run("-e", "begin { $x }");
            run(
                    "-q",
                    "-e",
                    "uprobe:libc:clock_nanosleep { @s[tid] = nsecs; @c[comm] = count(); } uretprobe:libc:clock_nanosleep { @h = hist(nsecs - @s[tid]); }",
                    "-c",
                    "sleep 0.05");
        } finally {
            delete(folder);
        }
    }

    /** To a process that runs already. Not to a child: the JVM's own waiting for its children would take the stops. */
    private static void attach(String spec, Path trace) throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "sleep 60 >/dev/null & echo $!").start();
        String pid = new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        run("record", "-p", pid, "-e", spec, "-o", trace.toString(), "--duration", "150ms", "--quiet");
        run("record", "-p", pid, "-e", spec, "-o", trace + "2", "--duration", "100ms");
        // many enough that all ways to find room are taken
        run("record", "-p", pid, "-e", "uretprobe:libc:str*", "-o", trace + "3", "--duration", "100ms", "--quiet");
        run(
                "-q",
                "-p",
                pid,
                "-e",
                "uprobe:libc:clock_nanosleep { @[arg0] = count(); @h = hist(arg1); } interval:ms:100 { exit(); }");
        ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroy);
    }

    private static void run(String... arguments) {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        int status = Main.run(arguments, new Wiring(), new Terminal(nowhere, System.err, false, new StopRequest()));
        System.err.println("training: " + String.join(" ", arguments) + ": " + status);
    }

    private static void delete(Path folder) throws Exception {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
