package io.trapless.tracer.trampoline;

import static org.assertj.core.api.Assertions.assertThat;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.Value;
import io.trapless.layout.SessionHeaderDescriptor;
import io.trapless.tracer.plan.SitePlanner;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a probe takes of the stack: never more than the compiler says, which a goroutine's life depends on. */
class StackUseTest {
    private static final CaptureType INT64 = new CaptureType.Int(8, false, CaptureType.Base.DEC);
    private static final Value POINTER = new Value.Argument(0, 8, false);

    static Stream<Arguments> probes() {
        Value read = new Value.Load(POINTER, 8, false);
        SiteProbe keeping = new SiteProbe(
                7,
                null,
                List.of(),
                List.of(),
                FrameStart.RETURN_ON_TOP,
                SiteProbe.NO_TRIGGER,
                null,
                List.of(new MirrorStore(0, "p", List.of(read), read)));
        SiteProbe argument = new SiteProbe(
                7,
                null,
                List.of(capture(INT64, POINTER)),
                List.of(new ArgumentLocation.InUnprovenMemory(Gpr.RDI, 0, 8, false)));
        Stream<SiteProbe> capturing = Stream.of(
                        List.<Capture>of(),
                        List.of(capture(INT64, new Value.Context(Value.Context.Kind.TID))),
                        List.of(
                                capture(INT64, POINTER),
                                capture(INT64, new Value.Argument(5, 8, false)),
                                capture(INT64, new Value.Context(Value.Context.Kind.TID))),
                        List.of(capture(new CaptureType.Str(64), new Value.StringAt(POINTER, 64))),
                        List.of(capture(new CaptureType.Str(1000), new Value.StringAt(POINTER, 1000))),
                        List.of(capture(new CaptureType.Frames(20), new Value.UserStack(20))))
                .map(captures -> new SiteProbe(7, null, captures, List.of()));
        return Stream.concat(capturing, Stream.of(keeping, argument))
                .flatMap(probe -> Stream.of(UnknownChildren.values())
                        .flatMap(children ->
                                Stream.of(Arguments.of(probe, children, true), Arguments.of(probe, children, false))));
    }

    private static Capture capture(CaptureType type, Value value) {
        return new Capture("c", type, value);
    }

    @ParameterizedTest
    @MethodSource("probes")
    void isNoMoreThanTheCompilerSays(SiteProbe probe, UnknownChildren children, boolean library) throws Throwable {
        for (int mode : List.of(SessionHeaderDescriptor.MODE_BLOCK, SessionHeaderDescriptor.MODE_DISCARD)) {
            for (int redZone : List.of(SystemV.RED_ZONE, 0)) {
                measure(probe, children, library, mode, redZone);
            }
        }
    }

    private static void measure(SiteProbe probe, UnknownChildren children, boolean library, int mode, int redZone)
            throws Throwable {
        try (Arena arena = Arena.ofConfined();
                Sandbox sandbox = new Sandbox(
                        mode,
                        library ? Sandbox.rseqOfThisProcess() : ProcessFacts.Rseq.NONE,
                        library ? Sandbox.TID_OFFSET : ProcessFacts.NO_TID,
                        true)) {
            long function = sandbox.patchedFunction(0, false, redZone, children, probe);
            int promised = sandbox.promisedStack();
            long measuring = sandbox.measuring(function);
            // not on the thread's own stack's page: the reads take their longest way
            MemorySegment string = arena.allocateFrom("x".repeat(900));
            long[] in = new long[Sandbox.STATE_LONGS];
            in[Gpr.RDI.id()] = string.address();
            in[Gpr.RBP.id()] = string.address() + 8 & -8;
            in[Sandbox.FLAGS] = 0x202;
            long[] out = new long[Sandbox.STATE_LONGS];
            sandbox.run(measuring, MemorySegment.ofArray(in), MemorySegment.ofArray(out));
            long taken = out[Gpr.RAX.id()];
            assertThat(taken).isPositive().isLessThanOrEqualTo(promised);
            if (!probe.hasStack()) { // a walk ends at the first frame here
                assertThat((long) promised)
                        .as("promised, where %d are taken", taken)
                        .isLessThan(taken + 120);
            }
            if (isLeast(probe) && mode != SessionHeaderDescriptor.MODE_BLOCK) {
                assertThat(promised).isEqualTo(redZone + SitePlanner.LEAST_STACK);
            }
        }
    }

    /** Whether it captures nothing, and does nothing else. */
    private static boolean isLeast(SiteProbe probe) {
        return probe.captures().isEmpty() && probe.stores().isEmpty();
    }
}
