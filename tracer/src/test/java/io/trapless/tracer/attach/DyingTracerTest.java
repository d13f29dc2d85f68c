package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Memory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The tracer dies in the middle of a remote call: the lent thread must find its way back alone. */
class DyingTracerTest {
    /** Between which two of a remote call's steps the tracer dies. */
    enum Step {
        REGISTERS_SET,
        CALL_ENTERED,
        CALL_LEFT,
        SECOND_CALL_SET,
        CALL_FINISHED,
        LIST_BEGUN,
        LIST_OVER
    }

    /** The end of the ptrace thread is what the kernel sees of a tracer's death, too: it detaches what the thread held. */
    private static void die(TargetProcess target, Gadgets gadgets, Step step, int which) throws AttachException {
        try (Ptracer ptracer = new Ptracer()) {
            ptracer.call(() -> {
                @SuppressWarnings("resource") // let go by the thread's end
                StoppedThreads stopped = target.stopAll();
                StoppedThread thread =
                        stopped.threads().get(which % stopped.threads().size());
                @SuppressWarnings("resource") // never closed: the tracer dies
                RemoteCalls calls = RemoteCalls.lend(target, thread, gadgets);
                if (step.compareTo(Step.LIST_BEGUN) >= 0) {
                    dieInList(calls, step);
                    return null;
                }
                calls.set(39, 0, 0, 0, 0, 0, 0);
                if (step.compareTo(Step.CALL_ENTERED) >= 0) {
                    calls.runToSystemCallStop();
                }
                if (step.compareTo(Step.CALL_LEFT) >= 0) {
                    calls.runToSystemCallStop();
                }
                if (step == Step.SECOND_CALL_SET) {
                    calls.set(186, 0, 0, 0, 0, 0, 0);
                }
                if (step == Step.CALL_FINISHED) {
                    calls.leaveSystemCallStop();
                }
                return null;
            });
        }
    }

    private static void dieInList(RemoteCalls calls, Step step) throws AttachException {
        MemoryMapping text = RemoteMemoryTest.firstText(calls.target());
        long room = new RemoteMemory(calls)
                .mapAnonymousNear(text.start(), text.end(), 4096, Memory.PROT_READ | Memory.PROT_EXEC);
        RemoteBatch batch = new RemoteBatch();
        batch.mapFile(4096, Memory.PROT_READ);
        byte[] list = batch.list(calls.scratch(), "/proc/self/exe", Descriptors.O_RDONLY | Descriptors.O_CLOEXEC);
        if (step == Step.LIST_BEGUN) {
            calls.beginList(room, list);
        } else {
            assertThat(batch.results(calls.runList(room, list), calls.scratch()).of(0))
                    .isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void runningThreadsKeepRegistersVectorsFlagsAndRedZone(Step step) throws Exception {
        try (TestTarget program = TestTarget.start("busy", 4);
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            for (int i = 0; i < 25; i++) {
                die(target, gadgets, step, i);
            }
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void waitingThreadsWaitOn(Step step) throws Exception {
        List<TestTarget> programs = new ArrayList<>();
        try {
            // One program for each kind of waiting thread.
            for (int which = 0; which < 10; which++) {
                TestTarget program = TestTarget.start("sleepers", 1.2, "late");
                programs.add(program);
                try (TargetProcess target = TargetProcess.open(program.pid())) {
                    assertThat(target.threadIds()).hasSize(10);
                    die(target, Gadgets.find(target), step, which);
                }
            }
            for (TestTarget program : programs) {
                program.assertGoodEnd();
            }
        } finally {
            for (TestTarget program : programs) {
                program.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void aThreadThatBlocksAllSignalsDoesSoStill(Step step) throws Exception {
        try (TestTarget program = TestTarget.start("idle", "blocked");
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            die(target, gadgets, step, 0);
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @Test
    void theTracerIsKilledAtRandomMoments() throws Exception {
        killTracers(1);
    }

    @Test
    @Tag("long")
    void theTracerIsKilledAtManyRandomMoments() throws Exception {
        killTracers(40);
    }

    private static void killTracers(int times) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (TestTarget busy = TestTarget.start("busy", 4)) {
            for (int i = 0; i < times; i++) {
                try (TestTarget sleepers = TestTarget.start("sleepers", 5, "late", "eintr")) {
                    killOneTracer(List.of(busy.pid(), sleepers.pid()), random.nextInt(40_000));
                    sleepers.assertGoodEnd();
                }
            }
            busy.terminate();
            busy.assertGoodEnd();
        }
    }

    private static void killOneTracer(List<Integer> pids, int micros) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RestlessTracer.class.getName()));
        for (int pid : pids) {
            command.add(Integer.toString(pid));
        }
        Process tracer = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(tracer.getInputStream().read()).isEqualTo('r');
            TimeUnit.MICROSECONDS.sleep(micros);
        } finally {
            tracer.destroyForcibly().waitFor();
        }
    }
}
