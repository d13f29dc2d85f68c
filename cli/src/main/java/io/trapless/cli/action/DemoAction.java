package io.trapless.cli.action;

import io.trapless.cli.DemoRequest;
import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.event.EventRecord;
import io.trapless.trace.view.TraceView;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.linux.Descriptors;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.ring.RecordingMode;
import io.trapless.tracer.session.Reach;
import io.trapless.tracer.session.Recording;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.RecordingRequest;
import io.trapless.tracer.session.RecordingSummary;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** {@code trapless demo}: the main job on a program that is on any Linux machine. */
public final class DemoAction {
    private static final List<String> CLAUSES = List.of(
            "uprobe:libc:malloc /arg0 >= 256/ { size = arg0 }",
            "uprobe:libc:write { fd = (int32)arg0, bytes = arg2, text = str(arg1, 24) }");
    private static final long BUFFER_BYTES = 4L << 20;
    private static final long WARM_UP_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long RECORD_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final int EVENTS_SHOWN = 8;

    private final Terminal terminal;
    private final PrintStream out;

    private DemoAction(Terminal terminal) {
        this.terminal = terminal;
        this.out = terminal.out();
    }

    public static Outcome run(DemoRequest request, Terminal terminal) throws IOException, InterruptedException {
        DemoProgram program = DemoProgram.choose();
        if (program == null) {
            return Outcome.failed("none of perl, python3, bash and sh is in PATH; put one of them there");
        }
        Path output = request.output() != null ? request.output() : Files.createTempDirectory("trapless-demo-");
        try {
            new DemoAction(terminal).show(program, output);
            return Outcome.done();
        } catch (RecordingException e) {
            return Outcome.failed(e.sentence());
        } catch (AttachException e) {
            return Outcome.failed(e.refusal().sentence());
        } catch (TraceException e) {
            return Outcome.failed(String.valueOf(e.getMessage()));
        }
    }

    private void show(DemoProgram program, Path output)
            throws AttachException, RecordingException, TraceException, IOException, InterruptedException {
        RecordingSummary summary;
        LaunchedProcess process = launch(program);
        try {
            out.println("A " + program.name() + " program is running, process " + process.pid()
                    + ": it builds a table, sorts it and prints it, and knows nothing of us.");
            out.println("Recording it for " + RECORD_NANOS / 1e9 + " s, as this would:");
            out.println();
            out.println("  trapless record -p " + process.pid() + " \\");
            CLAUSES.forEach(clause -> out.println("    -e '" + clause + "' \\"));
            out.println("    --duration " + RECORD_NANOS / 1_000_000 + "ms -o " + output);
            out.println();
            out.flush();
            terminal.stop().await(WARM_UP_NANOS);
            summary = record(process.pid(), output);
        } finally {
            process.signal(Processes.SIGKILL);
            process.awaitExit(-1);
        }
        report(summary);
    }

    private static LaunchedProcess launch(DemoProgram program) throws AttachException {
        int nowhere = (int) Descriptors.open("/dev/null", Descriptors.O_RDWR | Descriptors.O_CLOEXEC);
        try {
            return LaunchedProcess.start(
                    program.command(), LaunchedProcess.environment(), new int[] {nowhere, nowhere, nowhere});
        } finally {
            Descriptors.close(nowhere);
        }
    }

    private RecordingSummary record(int pid, Path output) throws RecordingException, InterruptedException {
        Recording recording = Recording.start(new RecordingRequest(
                Clauses.parse(CLAUSES),
                List.of(pid),
                List.of(),
                output,
                RecordingMode.DISCARD,
                BUFFER_BYTES,
                Long.MAX_VALUE,
                null,
                true,
                Reach.NAMED));
        long end = System.nanoTime() + RECORD_NANOS;
        while (System.nanoTime() < end && !terminal.stop().isRequested() && !recording.awaitEnd(POLL_NANOS)) {
            Thread.onSpinWait();
        }
        return recording.finish();
    }

    private void report(RecordingSummary summary) throws IOException, TraceException {
        SummaryText.print(summary, out);
        SizeHistogram sizes = sizes(summary.trace());
        if (!sizes.isEmpty()) {
            out.println();
            out.println("bytes asked of malloc at a time, 256 and more:");
            sizes.print(out);
        }
        out.println();
        out.println("the first events:");
        out.flush();
        try (TraceReader reader = TraceReader.open(summary.trace())) {
            new TraceView(reader, TraceView.Format.TEXT, ZoneId.systemDefault())
                    .print(out, terminal.err(), EVENTS_SHOWN);
        }
        out.println();
        out.println(String.format(
                Locale.ROOT,
                "The trace is in %s: 'trapless view %s', or any reader of CTF 1.8, shows all of it.",
                summary.trace(),
                summary.trace()));
    }

    private static SizeHistogram sizes(Path trace) throws TraceException {
        SizeHistogram sizes = new SizeHistogram();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next()) {
                EventRecord event = reader.event();
                if (event.type().name().endsWith(":malloc")) {
                    sizes.add(event.integer(0));
                }
            }
        }
        return sizes;
    }
}
