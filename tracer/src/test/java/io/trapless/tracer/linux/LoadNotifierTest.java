package io.trapless.tracer.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.foreign.Downcall;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.trampoline.LoadNotifier;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The code that waits for the tracer, run by this process itself. */
final class LoadNotifierTest {
    private static final int SLOT = 3;

    /** Cycles of the time stamp counter a second, as far as this test needs to know. */
    private static final long CYCLES = cyclesPerSecond();

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

    private MemorySegment header;
    private MemorySegment state;
    private MemorySegment notifier;

    @BeforeEach
    void compile() {
        header = page();
        state = page();
        byte[] code = LoadNotifier.compile(0x10000, state.address(), header.address(), SLOT, CYCLES)
                .bytes();
        notifier = MachineCode.page(code);
    }

    private static MemorySegment page() {
        return Memory.map(-1, 4096, Memory.PROT_READ | Memory.PROT_WRITE, Memory.MAP_PRIVATE | Memory.MAP_ANONYMOUS);
    }

    private static long cyclesPerSecond() {
        long nanos = System.nanoTime();
        long cycles = TimeStampCounter.read();
        while (System.nanoTime() - nanos < 50_000_000) {
            Thread.onSpinWait();
        }
        return (TimeStampCounter.read() - cycles) * 1_000_000_000L / (System.nanoTime() - nanos);
    }

    private void run() {
        Downcall.call(notifier);
    }

    private void beat(long cycles) {
        header.set(ValueLayout.JAVA_LONG, SessionHeaderDescriptor.HEARTBEAT_OFFSET, cycles);
    }

    private int requests() {
        return header.get(INT, SessionHeaderDescriptor.loadSlotOffset(SLOT));
    }

    private int bell() {
        return header.get(INT, SessionHeaderDescriptor.LOAD_BELL_OFFSET);
    }

    @Test
    void withoutTracerNothingIsAskedFor() throws Throwable {
        beat(0);
        run();
        assertThat(requests()).isZero();
        assertThat(bell()).isZero();
    }

    @Test
    void aTracerThatHasDiedIsNotWaitedFor() throws Throwable {
        beat(TimeStampCounter.read() - 2 * CYCLES);
        run();
        assertThat(requests()).isZero();
    }

    @Test
    void aListThatIsBeingChangedIsNotLookedAt() throws Throwable {
        beat(TimeStampCounter.read());
        state.set(INT, 0, 1); // RT_ADD
        run();
        assertThat(requests()).isZero();
    }

    @Test
    void aTracerThatDiesMeanwhileIsGivenUp() throws Throwable {
        long begin = System.nanoTime();
        beat(TimeStampCounter.read());
        run();
        assertThat(requests()).isEqualTo(1);
        assertThat(bell()).isEqualTo(1);
        assertThat(System.nanoTime() - begin).isGreaterThan(LoadNotifier.SIGN_OF_LIFE_MILLIS * 900_000L);
    }

    @Test
    void anAnswerEndsTheWait() throws Throwable {
        // A heartbeat of the future keeps the tracer alive for longer than the answer takes on the slowest machine.
        beat(TimeStampCounter.read() + 100 * CYCLES);
        Thread tracer = Thread.ofPlatform().start(() -> {
            while (requests() == 0) {
                Thread.onSpinWait();
            }
            long answers = header.address() + SessionHeaderDescriptor.loadSlotOffset(SLOT) + 4;
            header.set(INT, SessionHeaderDescriptor.loadSlotOffset(SLOT) + 4L, 1);
            Futexes.wakeAll(answers);
        });
        run();
        tracer.join();
        assertThat(requests()).isEqualTo(1);
    }

    @Test
    void aTracerThatNeverAnswersIsGivenUp() throws Throwable {
        long begin = System.nanoTime();
        beat(TimeStampCounter.read() + 100 * CYCLES);
        run();
        assertThat(System.nanoTime() - begin).isGreaterThan(LoadNotifier.LONGEST_WAIT_MILLIS * 900_000L);
    }
}
