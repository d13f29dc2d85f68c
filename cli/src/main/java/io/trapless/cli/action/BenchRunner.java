package io.trapless.cli.action;

import io.trapless.bench.BenchException;
import io.trapless.bench.TraplessRunner;
import io.trapless.cli.Main;
import io.trapless.tracer.ring.RecordingMode;
import io.trapless.tracer.session.Reach;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.RecordingOptions;
import io.trapless.tracer.session.RecordingRequest;
import io.trapless.tracer.session.RecordingSummary;
import io.trapless.tracer.session.Rotation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Lets the benchmark record as {@code trapless record} does. */
final class BenchRunner implements TraplessRunner {
    private static final long WARM_UP_POLL_MILLIS = 20;
    private static final RecordingOptions TRAPS =
            new RecordingOptions(Rotation.NONE, List.of(), true, false, List.of());

    @Override
    public Recording attach(long pid, List<String> clauses, Mode mode, long bufferSizeBytes, Path output)
            throws BenchException, IOException {
        RecordingMode ringMode = switch (mode) {
            case DISK, TRAP -> RecordingMode.DISCARD;
            case FLIGHT_RECORDER -> RecordingMode.OVERWRITE;
        };
        try {
            RecordingRequest request = new RecordingRequest(
                    Clauses.parse(clauses),
                    List.of(Math.toIntExact(pid)),
                    List.of(),
                    output,
                    ringMode,
                    bufferSizeBytes,
                    Long.MAX_VALUE,
                    null,
                    true,
                    Reach.NAMED,
                    mode == Mode.TRAP ? TRAPS : RecordingOptions.NONE);
            var recording = io.trapless.tracer.session.Recording.start(request);
            recording.hurryWarmUp(); // the target waits for its start
            while (!recording.isWarm()) { // the first lap through the rings is measured apart
                Thread.sleep(WARM_UP_POLL_MILLIS);
            }
            return new Running(recording);
        } catch (RecordingException e) {
            throw new BenchException(e.sentence());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** As this process was started, up to the class that reads the arguments. */
    @Override
    public List<String> command() {
        ProcessHandle.Info info = ProcessHandle.current().info();
        List<String> words = new ArrayList<>();
        words.add(info.command().orElse("java"));
        for (String word : info.arguments().orElse(new String[0])) {
            words.add(word);
            if (word.equals(Main.class.getName())) {
                break;
            }
        }
        return words;
    }

    private static IOException interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted", cause);
    }

    private record Running(io.trapless.tracer.session.Recording recording) implements Recording {
        @Override
        public void setEnabled(boolean enabled) {
            recording.setEnabled(enabled);
        }

        @Override
        public Totals detach() throws BenchException, IOException {
            try {
                RecordingSummary summary = recording.finish();
                return new Totals(summary.events(), summary.lost());
            } catch (RecordingException e) {
                throw new BenchException(e.sentence());
            } catch (InterruptedException e) {
                throw interrupted(e);
            }
        }
    }
}
