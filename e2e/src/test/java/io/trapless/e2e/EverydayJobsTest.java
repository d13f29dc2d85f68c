package io.trapless.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What people trace in userspace every day: commands typed into a shell, names that are looked up, TLS connections, threads that begin. The programs are our own; they attach to the functions to which
 * bpftrace's tools attach, with the same means.
 */
class EverydayJobsTest {
    private static final int SECONDS = 60;
    private static final String ATTACHED = "__BPFTRACE_NOTIFY_PROBES_ATTACHED";

    @TempDir
    Path folder;

    @Test
    void commandsTypedIntoAShell() throws Exception {
        List<String> terminal = List.of("script", "-qec", "exec bash --norc -i", "/dev/null");
        try (Trapless.Running shell = Trapless.Running.start(Map.of("PS1", "> "), Programs.leashed(terminal))) {
            long bash = descendant(shell.pid(), "bash");
            shell.say("true ready");
            String program = "uretprobe:/bin/bash:readline,uretprobe:libreadline:readline /comm == \"bash\"/"
                    + " { time(\"%H:%M \"); printf(\"%d typed <%s>\\n\", pid, str(retval)); }";
            try (Trapless.Running tracer =
                    start("-q", "-p", bash, "-e", "config = { missing_probes = ignore; } " + program)) {
                shell.say("true first words");
                shell.say("true second");
                awaitText(tracer, "second");
                shell.say("exit");
                assertThat(tracer.await(SECONDS).succeeded().out())
                        .containsPattern("\\d\\d:\\d\\d " + bash + " typed <true first words>\n")
                        .containsPattern("\\d\\d:\\d\\d " + bash + " typed <true second>\n")
                        .contains("typed <exit>");
            }
        }
    }

    /** The name itself waits in a map until the function returns, for its caller frees it then. */
    @Test
    void namesThatAreLookedUp() throws Exception {
        String lookup = "import socket, sys\nfor name in sys.stdin: print(socket.getaddrinfo(name.strip(), 7)[0][1])";
        List<String> python = Programs.leashed(List.of("python3", "-u", "-c", lookup));
        try (Trapless.Running target = Trapless.Running.start(Map.of(), python)) {
            target.say("localhost");
            awaitText(target, "\n");
            long pid = descendant(target.pid(), "python");
            String program =
                    "uprobe:libc:getaddrinfo,uprobe:libc:gethostbyname { @since[tid] = nsecs; @name[tid] = str(arg0); }"
                            + " macro tell(since, name) { printf(\"%s by %d: %s\\n\", name, pid,"
                            + " (uint64)nsecs - (uint64)since < 60e9 ? \"in time\" : \"late\"); }"
                            + " uretprobe:libc:getaddrinfo,uretprobe:libc:gethostbyname /@since[tid]/"
                            + " { tell(@since[tid], @name[tid]); delete(@since, tid); delete(@name, tid); }";
            try (Trapless.Running tracer = start("-q", "-p", pid, "-e", program)) {
                target.say("localhost");
                awaitText(tracer, "localhost by " + pid + ": in time\n");
                tracer.signal("INT");
                assertThat(tracer.await(SECONDS).succeeded().out()).doesNotContain("@");
            }
        }
    }

    /** The same of a process that ends at once, and with the pointer in the map. */
    @Test
    void namesThatAreLookedUpOnce() throws Exception {
        String program = "uprobe:libc:getaddrinfo { @name[tid] = arg0; }"
                + " uretprobe:libc:getaddrinfo { printf(\"%s: %s\\n\", comm, str(@name[tid])); delete(@name, tid); }";
        String out = Trapless.run("-q", "-e", program, "-c", "getent ahosts localhost")
                .succeeded()
                .out();
        assertThat(out).contains("getent: localhost\n");
    }

    @Test
    void tlsConnections() throws Exception {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        Programs.selfSigned("/CN=localhost", key, certificate);
        String port = Integer.toString(freePort());
        List<String> server = Programs.leashed(List.of(
                "openssl",
                "s_server",
                "-accept",
                port,
                "-key",
                key.toString(),
                "-cert",
                certificate.toString(),
                "-www"));
        List<String> client =
                Programs.leashed(List.of("openssl", "s_client", "-quiet", "-connect", "localhost:" + port));
        try (Trapless.Running listener = Trapless.Running.start(Map.of(), server)) {
            awaitText(listener, "ACCEPT");
            try (Trapless.Running target = Trapless.Running.start(Map.of(), client)) {
                awaitText(target::err, "verify");
                String out = tracedWhile(target, () -> {
                    // at once: the server answers the first line, and a client that has the answer reads no second
                    target.say("GET / HTTP/1.0\n");
                    awaitText(target, "HTTP/1.0 200");
                });
                assertThat(out).containsPattern("openssl SSL_read returned [1-9]");
                assertThat(out).containsPattern("@took\\[SSL_write]: *\n\\[");
            }
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static String tracedWhile(Trapless.Running target, Step step) throws Exception {
        String functions = "%1$s:libssl:SSL_read,%1$s:libssl:SSL_write,%1$s:libssl:SSL_do_handshake";
        String program = functions.formatted("uprobe") + " { @at[tid] = nsecs; @which[tid] = func; }"
                + functions.formatted("uretprobe") + " /has_key(@at, tid)/ {"
                + " $us = (nsecs - @at[tid]) / 1000;"
                + " printf(\"%s %s returned %d\\n\", comm, @which[tid], (int32)retval);"
                + " if ((int8)retval >= 1) { @took[@which[tid]] = lhist($us, 0, 1000, 200); }"
                + " else { @failed[@which[tid]] = stats($us); }"
                + " delete(@at, tid); delete(@which, tid); }";
        try (Trapless.Running tracer =
                start("-q", "--no-warnings", "-p", descendant(target.pid(), "openssl"), "-e", program)) {
            step.run();
            awaitText(tracer, "openssl SSL_write returned ");
            tracer.signal("INT");
            return tracer.await(SECONDS).succeeded().out();
        }
    }

    @Test
    void threadsThatBegin() throws Exception {
        Path program = Programs.compiled("tally");
        String text = "uprobe:libpthread:pthread_create,uprobe:libc:pthread_create"
                + " { printf(\"%s %d %-8s| %s\\n\", strftime(\"%H:%M:%S.%f\", nsecs), pid, comm, usym(arg2)); }";
        String out = Trapless.run(
                        "-q", "-e", "config = { missing_probes = ignore; } " + text, "-c", program + " 3 100 1")
                .out();
        assertThat(out.lines().filter(line -> line.matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{6} \\d+ tally *\\| run")))
                .hasSize(3);
    }

    private static Trapless.Running start(Object... words) throws Exception {
        Trapless.Running tracer = Trapless.start(Map.of(ATTACHED, "1"), words);
        awaitText(tracer, ATTACHED);
        return tracer;
    }

    private interface Text {
        String get() throws IOException;
    }

    private static void awaitText(Trapless.Running running, String text) throws IOException, InterruptedException {
        awaitText(running::out, text);
    }

    private static void awaitText(Text written, String text) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!written.get().contains(text)) {
            assertThat(System.nanoTime()).as("'%s' in%n%s", text, written.get()).isLessThan(end);
            Thread.sleep(20);
        }
    }

    /** The process, {@code pid} or one below it, that runs a program whose name begins so. */
    private static long descendant(long pid, String name) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            var found = ProcessHandle.of(pid).stream()
                    .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                    .filter(process -> process.info()
                            .command()
                            .map(command -> String.valueOf(Path.of(command).getFileName())
                                    .startsWith(name))
                            .orElse(false))
                    .findFirst();
            if (found.isPresent()) {
                return found.get().pid();
            }
            Thread.sleep(20);
        }
        throw new AssertionError("no " + name + " below process " + pid);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
