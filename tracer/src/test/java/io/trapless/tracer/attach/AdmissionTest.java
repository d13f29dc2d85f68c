package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.trapless.binary.foreign.Downcall;
import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Each refusal, on a real process, with a sentence that says what to do. */
class AdmissionTest {
    private static void assertRefused(int pid, Reason reason, String... words) {
        assertThatThrownBy(() -> TargetProcess.open(pid).close()).isInstanceOfSatisfying(AttachException.class, e -> {
            assertThat(e.reason()).isEqualTo(reason);
            assertThat(e).hasMessageContaining(Integer.toString(pid));
            for (String word : words) {
                assertThat(e).hasMessageContaining(word);
            }
            assertThat(e.getMessage()).doesNotContain("\n");
        });
    }

    @Test
    void noSuchProcess() {
        assertRefused(Integer.MAX_VALUE, Reason.NO_SUCH_PROCESS);
    }

    @Test
    void itself() {
        assertRefused(Processes.pid(), Reason.SELF);
    }

    @Test
    void aThreadsId() throws Exception {
        try (TestTarget program = TestTarget.start("busy", 1)) {
            int[] threads = TargetProcess.listThreads(program.pid());
            assertRefused(threads[1], Reason.NO_SUCH_PROCESS, "thread of process " + program.pid());
        }
    }

    @Test
    void aKernelThread() {
        Assumptions.assumeTrue(
                Files.exists(Path.of("/proc/2")) && ProcessFacts.read("/proc/2").kernelThread(),
                "no kernel threads in this pid namespace");
        assertRefused(2, Reason.KERNEL_THREAD);
    }

    @Test
    void aZombie() throws Exception {
        try (TestTarget program = TestTarget.start("zombie")) {
            assertRefused(Integer.parseInt(program.line(0)), Reason.ZOMBIE, "parent " + program.pid());
        }
    }

    @Test
    void aProcessUnderAnotherTracer() throws Exception {
        try (TestTarget program = TestTarget.start("traced")) {
            assertRefused(
                    Integer.parseInt(program.line(0)), Reason.ALREADY_TRACED, "traced by process " + program.pid());
        }
    }

    @Test
    void aProcessUnderASeccompFilter() throws Exception {
        try (TestTarget program = TestTarget.start("confined")) {
            assertRefused(program.pid(), Reason.SECCOMP_FILTER);
        }
    }

    @Test
    void aThirtyTwoBitProcess() throws Exception {
        assumeTrue(runs(TestTarget.compile("gcc -m32 -O1 -pthread", "zombie")), "this kernel runs no 32-bit programs");
        try (TestTarget program = TestTarget.startCompiled("gcc -m32 -O1 -pthread", "zombie")) {
            assertRefused(program.pid(), Reason.THIRTY_TWO_BIT);
        }
    }

    @Test
    void aChildOfThisJvm() throws Exception {
        Process process = new ProcessBuilder("sleep", "60").start();
        try {
            assertRefused((int) process.pid(), Reason.CHILD_OF_THIS_JVM, "LaunchedProcess");
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void anotherUsersProcess() throws Exception {
        Assumptions.assumeTrue(Processes.uid() == 0, "not root: cannot become another user");
        Path classes = Files.createTempDirectory("trapless-classes");
        for (Class<?> type : List.of(Downcall.class, TargetProcess.class, AdmissionTest.class)) { // one of each folder
            copyReadable(
                    Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI()),
                    classes);
        }
        try (TestTarget program = TestTarget.start("idle")) {
            Process other = new ProcessBuilder(List.of(
                            "setpriv",
                            "--reuid",
                            "65534",
                            "--regid",
                            "65534",
                            "--clear-groups",
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            classes.toString(),
                            Opener.class.getName(),
                            Integer.toString(program.pid())))
                    .redirectErrorStream(true)
                    .start();
            String words = new String(other.getInputStream().readAllBytes());
            assertThat(words)
                    .startsWith("NO_PERMISSION")
                    .contains("belongs to user 0")
                    .contains("sudo");
        }
    }

    private static void copyReadable(Path from, Path to) throws Exception {
        Process copy = new ProcessBuilder("cp", "-r", from + "/.", to.toString())
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
        Process mode = new ProcessBuilder("chmod", "-R", "a+rX", to.toString())
                .inheritIO()
                .start();
        assertThat(mode.waitFor()).isZero();
    }

    /** Tries to open the process given and prints the refusal. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) {
            try {
                TargetProcess.open(Integer.parseInt(arguments[0])).close();
                System.out.print("OPENED");
            } catch (AttachException refused) {
                System.out.print(refused.reason() + " " + refused.getMessage());
            }
        }
    }

    /** Whether the kernel takes the binary for a program at all: bash exits with 126 where it does not (a JVM would have a shell interpret it). */
    private static boolean runs(Path binary) throws Exception {
        Process process = new ProcessBuilder(
                        "/bin/bash",
                        "-c",
                        "exec \"$0\"",
                        binary.toAbsolutePath().toString())
                .start();
        boolean ended = process.waitFor(1, TimeUnit.SECONDS);
        process.destroyForcibly().waitFor();
        return !ended || process.exitValue() != 126;
    }
}
