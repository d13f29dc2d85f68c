package io.trapless.cli.action;

import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import io.trapless.cli.ViewRequest;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.view.AddressNames;
import io.trapless.trace.view.CallEnds;
import io.trapless.trace.view.TraceView;
import io.trapless.tracer.symbol.CodeName;
import io.trapless.tracer.symbol.TraceSymbols;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
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

    /** The trace itself; or, of a rotation or of snapshots, those in the folder, in the order in which they were made. */
    private static List<Path> traces(Path folder) throws IOException {
        if (Files.exists(folder.resolve("metadata")) || !Files.isDirectory(folder)) {
            return List.of(folder);
        }
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> numbered = entries.filter(
                            entry -> entry.getFileName().toString().matches("[0-9]{4,9}"))
                    .sorted(Comparator.comparingInt(
                            entry -> Integer.parseInt(entry.getFileName().toString())))
                    .toList();
            return numbered.isEmpty() ? List.of(folder) : numbered;
        }
    }

    private static AddressNames names(Path trace, TraceReader reader) {
        TraceSymbols symbols = new TraceSymbols(trace, reader.schema().environment(), List.of());
        return (pid, address) -> {
            CodeName name = symbols.at(pid, address);
            return name == null ? null : name.name() + "+" + name.offset();
        };
    }

    public static Outcome run(ViewRequest request, Terminal terminal) throws IOException {
        TraceView.Format format = request.json() ? TraceView.Format.JSON : TraceView.Format.TEXT;
        long left = request.limit() == null ? TraceView.NO_LIMIT : request.limit();
        try {
            for (Path trace : traces(request.trace())) {
                try (TraceReader reader = TraceReader.open(trace)) {
                    left -= new TraceView(reader, format, ZoneId.systemDefault(), calls(trace), names(trace, reader))
                            .print(terminal.out(), terminal.err(), left);
                }
            }
            return Outcome.done();
        } catch (TraceException e) {
            return Outcome.failed(e.getMessage() == null ? "the trace can't be read" : e.getMessage());
        }
    }
}
