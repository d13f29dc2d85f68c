package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trapless.tracer.attach.AttachRefusal.Reason;
import io.trapless.tracer.linux.Processes;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stopping and letting go: the target must not be able to tell. */
class StoppedThreadsTest {
    private final Ptracer ptracer = new Ptracer();

    @AfterEach
    void end() {
        ptracer.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 100})
    void busyThreadsKeepTheirState(int threads) throws Exception {
        try (TestTarget program = TestTarget.start("busy", threads);
                TargetProcess target = TargetProcess.open(program.pid())) {
            for (int i = 0; i < 20; i++) {
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll()) {
                        assertThat(stopped.threads()).hasSize(threads + 1);
                        assertAllTraced(target);
                    }
                    return null;
                });
            }
            program.terminate();
            program.assertGoodEnd();
        }
    }

    private static void assertAllTraced(TargetProcess target) {
        for (int tid : target.threadIds()) {
            assertThat(ProcessFacts.stateOf(target.pid(), tid)).isIn('t', 'Z', 'X', '?');
        }
    }

    @Test
    void threadsComingAndGoing() throws Exception {
        try (TestTarget program = TestTarget.start("churn", 25);
                TargetProcess target = TargetProcess.open(program.pid())) {
            for (int i = 0; i < 60; i++) {
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll()) {
                        assertThat(stopped.threads()).hasSizeGreaterThan(25);
                        assertAllTraced(target);
                    }
                    return null;
                });
            }
            program.terminate();
            program.assertGoodEnd();
        }
    }

    /** Two recordings of one process: while the rings of the first are warmed up, one thread is not to be had for some milliseconds. */
    @Test
    void aThreadThatAnotherRecordingHasBorrowedIsWaitedFor() throws Exception {
        try (TestTarget program = TestTarget.start("busy", 4);
                TargetProcess target = TargetProcess.open(program.pid());
                Ptracer other = new Ptracer()) {
            for (int i = 0; i < 20; i++) {
                CountDownLatch borrowed = new CountDownLatch(1);
                CompletableFuture<Void> loan = CompletableFuture.runAsync(() -> {
                    try {
                        other.call(() -> {
                            try (StoppedThreads one = target.stopOne()) {
                                borrowed.countDown();
                                Processes.sleepNanos(2_000_000);
                                assertThat(one.threads()).hasSize(1);
                            }
                            return null;
                        });
                    } catch (AttachException e) {
                        throw new CompletionException(e);
                    } finally {
                        borrowed.countDown();
                    }
                });
                borrowed.await();
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll()) {
                        assertThat(stopped.threads()).hasSize(5);
                    }
                    return null;
                });
                loan.get();
            }
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @Test
    void interruptedSystemCallsEndOnTimeAndWithTheirOwnResult() throws Exception {
        try (TestTarget program = TestTarget.start("sleepers");
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            // Early, so that a time-out which starts anew is not much late.
            for (int i = 0; i < 4; i++) {
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll();
                            RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                        assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                    }
                    return null;
                });
            }
            program.assertGoodEnd();
        }
    }

    @Test
    void everyKindOfWaitingThreadCanBeLent() throws Exception {
        try (TestTarget program = TestTarget.start("sleepers", 1.5, "late");
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            int lent = ptracer.call(() -> {
                int count = 0;
                try (StoppedThreads stopped = target.stopAll()) {
                    for (StoppedThread thread : stopped.threads()) {
                        try (RemoteCalls calls = RemoteCalls.lend(target, thread, gadgets)) {
                            assertThat(calls.call(186, 0, 0, 0)).isEqualTo(thread.tid());
                            assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                        }
                        count++;
                    }
                }
                return count;
            });
            assertThat(lent).isEqualTo(10);
            program.assertGoodEnd();
        }
    }

    @Test
    void queuedSignalsArriveExactlyOnce() throws Exception {
        try (TestTarget program = TestTarget.start("signals");
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            for (int i = 0; i < 300; i++) {
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll();
                            RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                        assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                    }
                    return null;
                });
            }
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @Test
    void aStoppedProcessStaysStopped() throws Exception {
        try (TestTarget program = TestTarget.start("busy", 3);
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            Processes.kill(program.pid(), Processes.SIGSTOP);
            awaitState(program.pid(), 'T');
            for (int i = 0; i < 5; i++) {
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll();
                            RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                        assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                    }
                    return null;
                });
                awaitState(program.pid(), 'T');
                Thread.sleep(20);
                for (int tid : target.threadIds()) {
                    assertThat(ProcessFacts.stateOf(program.pid(), tid)).isEqualTo('T');
                }
            }
            Processes.kill(program.pid(), Processes.SIGCONT);
            program.terminate();
            program.assertGoodEnd();
        }
    }

    private static void awaitState(int pid, char state) throws InterruptedException {
        for (int i = 0; i < 400 && ProcessFacts.stateOf(pid, pid) != state; i++) {
            Thread.sleep(5);
        }
        assertThat(ProcessFacts.stateOf(pid, pid)).isEqualTo(state);
    }

    @Test
    void aVforkParentIsRefusedSoonAndUnharmed() throws Exception {
        try (TestTarget program = TestTarget.start("vfork", 2);
                TargetProcess target = TargetProcess.open(program.pid())) {
            awaitState(program.pid(), 'D');
            long began = System.nanoTime();
            assertThatThrownBy(() -> ptracer.call(target::stopAll))
                    .isInstanceOfSatisfying(
                            AttachException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNINTERRUPTIBLE));
            assertThat(System.nanoTime() - began).isLessThan(1_500_000_000L);
            program.assertGoodEnd();
        }
    }

    @Test
    void theFirstThreadHasEnded() throws Exception {
        try (TestTarget program = TestTarget.start("leaderless");
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            for (int i = 0; i < 10; i++) {
                ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll();
                            RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                        assertThat(stopped.threads()).hasSize(2);
                        assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                    }
                    return null;
                });
            }
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @Test
    void aTargetKilledWhileStoppedIsCollected() throws Exception {
        try (TestTarget program = TestTarget.start("busy", 10);
                TargetProcess target = TargetProcess.open(program.pid())) {
            ptracer.call(() -> {
                try (StoppedThreads stopped = target.stopAll()) {
                    Processes.kill(stopped.target().pid(), Processes.SIGKILL);
                }
                return null;
            });
            assertThat(program.process().awaitExit(5000)).isEqualTo(128 + Processes.SIGKILL);
            assertThatThrownBy(() -> ptracer.call(target::stopAll))
                    .isInstanceOfSatisfying(
                            AttachException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TARGET_GONE));
        }
    }

    @Test
    void aTargetThatEndsMeanwhileIsReportedGone() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 15; i++) {
            try (TestTarget program = TestTarget.start("churn", 5, random.nextInt(100) / 1000.0);
                    TargetProcess target = TargetProcess.open(program.pid())) {
                Gadgets gadgets = Gadgets.find(target);
                assertThatThrownBy(() -> {
                            while (true) {
                                stopOnce(target, gadgets);
                            }
                        })
                        .isInstanceOfSatisfying(
                                AttachException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.TARGET_GONE));
                program.assertGoodEnd();
            } catch (AttachException early) {
                assertThat(early.reason()).isIn(Reason.TARGET_GONE, Reason.NO_SUCH_PROCESS, Reason.ZOMBIE);
            }
        }
    }

    private void stopOnce(TargetProcess target, Gadgets gadgets) throws AttachException {
        ptracer.call(() -> {
            try (StoppedThreads stopped = target.stopAll();
                    RemoteCalls calls = RemoteCalls.borrow(stopped, gadgets)) {
                assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
            }
            return null;
        });
    }

    @Test
    void oneThreadIsStoppedAndLent() throws Exception {
        try (TestTarget program = TestTarget.start("busy", 3);
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            for (int i = 0; i < 50; i++) {
                ptracer.call(() -> {
                    try (StoppedThreads one = target.stopOne();
                            RemoteCalls calls = RemoteCalls.borrow(one, gadgets)) {
                        assertThat(one.threads()).hasSize(1);
                        assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                    }
                    return null;
                });
            }
            program.terminate();
            program.assertGoodEnd();
        }
    }

    /** Of section.h. */
    private record Section(long start, long end, long abort) {
        static Section of(TestTarget program) throws IOException {
            String[] addresses = program.line(0).replace("0x", "").split(" ");
            return new Section(
                    Long.parseLong(addresses[0], 16),
                    Long.parseLong(addresses[1], 16),
                    Long.parseLong(addresses[2], 16));
        }
    }

    @Test
    void aThreadLentInsideItsRestartableSequenceComesBackToTheAbortHandler() throws Exception {
        try (TestTarget program = TestTarget.start("rseq");
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            Section section = Section.of(program);
            int inside = 0;
            for (int i = 0; i < 50; i++) {
                inside += ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll()) {
                        StoppedThread thread = stopped.threads().getFirst();
                        long rip = thread.registers().rip();
                        boolean within = rip >= section.start() && rip < section.end();
                        try (RemoteCalls calls = RemoteCalls.lend(target, thread, gadgets)) {
                            assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                        }
                        assertThat(thread.registers().rip()).isEqualTo(within ? section.abort() : rip);
                        return within ? 1 : 0;
                    }
                });
                Thread.sleep(1);
            }
            assertThat(inside).isPositive();
            program.terminate();
            program.assertGoodEnd();
        }
    }

    /** The kernel takes the call up inside the sequence, and would not know any more that the thread has been elsewhere. */
    @Test
    void aThreadLentInTheCallThatEndsItsRestartableSequenceComesBackToTheAbortHandler() throws Exception {
        try (TestTarget program = TestTarget.start("rseqcall");
                TargetProcess target = TargetProcess.open(program.pid())) {
            Gadgets gadgets = Gadgets.find(target);
            Section section = Section.of(program);
            int waiting = 0;
            for (int i = 0; i < 20; i++) {
                Thread.sleep(2);
                waiting += ptracer.call(() -> {
                    try (StoppedThreads stopped = target.stopAll()) {
                        StoppedThread thread = stopped.threads().getFirst();
                        boolean waits = thread.registers().rip() == section.end()
                                && thread.registers().willRestart();
                        try (RemoteCalls calls = RemoteCalls.lend(target, thread, gadgets)) {
                            assertThat(calls.call(39, 0, 0, 0)).isEqualTo(target.pid());
                        }
                        if (waits) {
                            assertThat(thread.registers().rip()).isEqualTo(section.abort());
                        }
                        return waits ? 1 : 0;
                    }
                });
            }
            assertThat(waiting).isPositive();
            program.terminate();
            program.assertGoodEnd();
        }
    }

    @Test
    void onlyOnAPtracerThread() throws Exception {
        try (TestTarget program = TestTarget.start("idle");
                TargetProcess target = TargetProcess.open(program.pid())) {
            assertThatThrownBy(target::stopAll).isInstanceOf(IllegalStateException.class);
        }
    }
}
