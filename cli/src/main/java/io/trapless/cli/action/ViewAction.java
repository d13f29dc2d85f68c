package io.trapless.cli.action;

import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import io.trapless.cli.ViewRequest;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.view.CallEnds;
import io.trapless.trace.view.TraceView;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/** {@code trapless view}. */
public final class ViewAction {
    private ViewAction() {}

    /** Which calls ended how, if that was recorded; it takes a reading of its own. */
    private static @Nullable CallEnds calls(Path trace) throws TraceException {
        try (TraceReader reader = TraceReader.open(trace)) {
            return CallEnds.read(reader);
        }
    }

    public static Outcome run(ViewRequest request, Terminal terminal) throws IOException {
        try (TraceReader reader = TraceReader.open(request.trace())) {
            TraceView.Format format = request.json() ? TraceView.Format.JSON : TraceView.Format.TEXT;
            long limit = request.limit() == null ? TraceView.NO_LIMIT : request.limit();
            new TraceView(reader, format, ZoneId.systemDefault(), calls(request.trace()))
                    .print(terminal.out(), terminal.err(), limit);
            return Outcome.done();
        } catch (TraceException e) {
            return Outcome.failed(e.getMessage() == null ? "the trace can't be read" : e.getMessage());
        }
    }
}
