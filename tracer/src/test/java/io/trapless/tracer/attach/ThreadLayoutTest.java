package io.trapless.tracer.attach;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ThreadLayoutTest {
    @ParameterizedTest
    @CsvSource({
        "gcc -O1 -g -pthread, '', true",
        "gcc -O1 -g -pthread -static, '', true",
        "gcc -O1 -g -pthread, GLIBC_TUNABLES=glibc.pthread.rseq=0, false",
        "musl-gcc -O1 -g -pthread, '', false",
        "musl-gcc -O1 -g -pthread -static, '', false",
    })
    void rseqAndThreadIdAreFound(String compiler, String environment, boolean rseq) throws Exception {
        List<String> wrapper = environment.isEmpty() ? List.of() : List.of("env", environment);
        try (TestTarget program = TestTarget.run(wrapper, TestTarget.compile(compiler, "busy"), 3);
                TargetProcess target = TargetProcess.open(program.pid());
                Ptracer ptracer = new Ptracer()) {
            awaitRegistration(target, ptracer, rseq ? 0 : 4);
            ptracer.call(() -> {
                try (StoppedThreads stopped = target.stopAll()) {
                    check(stopped, rseq);
                }
                return null;
            });
        }
    }

    /** A newborn thread registers only once it runs. */
    private static void awaitRegistration(TargetProcess target, Ptracer ptracer, int unregistered) throws Exception {
        for (int i = 0; i < 500; i++) {
            int found = ptracer.call(() -> {
                try (StoppedThreads stopped = target.stopAll()) {
                    return ThreadLayout.discover(stopped).unregistered();
                }
            });
            if (found == unregistered) {
                return;
            }
            Thread.sleep(10);
        }
    }

    private static void check(StoppedThreads stopped, boolean rseq) throws AttachException {
        ThreadLayout layout = ThreadLayout.discover(stopped);
        assertThat(layout.hasRseq()).isEqualTo(rseq);
        assertThat(layout.unregistered()).isEqualTo(rseq ? 0 : 4);
        assertThat(layout.rseqSignature()).isEqualTo(rseq ? 0x53053053 : 0);
        assertThat(layout.hasTid()).isTrue();
        for (StoppedThread thread : stopped.threads()) {
            long word = stopped.target().readLong(thread.registers().fsBase() + layout.tidOffset());
            assertThat((int) word).isEqualTo(thread.tid());
        }
    }
}
