package io.trapless.cli.program;

import io.trapless.binary.demangle.Demangler;
import io.trapless.binary.dwarf.SourceFrames;
import io.trapless.binary.dwarf.SourcePosition;
import io.trapless.cli.ProgramRequest;
import io.trapless.cli.Terminal;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.cut.PushDownPlan;
import io.trapless.script.run.EventSource;
import io.trapless.script.run.SourceException;
import io.trapless.script.runtime.Clocks;
import io.trapless.script.runtime.KnownProcesses;
import io.trapless.script.runtime.Targets;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.LaunchedProcess;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.symbol.CodeName;
import io.trapless.tracer.symbol.FilePlace;
import io.trapless.tracer.symbol.ProcessSymbols;
import io.trapless.tracer.symbol.TraceSymbols;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The processes of a run: arms a program's sites in them and answers what its handlers ask afterwards. For the handlers' thread. */
final class LiveTargets implements Targets, AutoCloseable {
    private static final int MAX_OPEN = 256;

    private final CheckedProgram program;
    private final PushDownPlan plan;
    private final ProgramRequest request;
    private final Terminal terminal;
    private final Map<Integer, Optional<FileChannel>> memories = new HashMap<>();
    private final ProcessSymbols symbols;
    private final @Nullable TraceSymbols recorded;
    private @Nullable LiveSource source;
    private @Nullable LaunchedProcess command;

    LiveTargets(CheckedProgram program, PushDownPlan plan, ProgramRequest request, Terminal terminal) {
        this.program = program;
        this.plan = plan;
        this.request = request;
        this.terminal = terminal;
        this.symbols = new ProcessSymbols(this::warn, request.debugFolders());
        Path trace = request.trace();
        this.recorded = trace == null ? null : symbolsOf(trace, request.debugFolders());
    }

    private void warn(String sentence) {
        if (request.warnings() != ProgramRequest.WarningLevel.NONE) {
            terminal.err().println("WARNING: " + sentence);
            terminal.err().flush();
        }
    }

    /** Null if the trace can't be read: who reads its events says so. */
    private static @Nullable TraceSymbols symbolsOf(Path trace, List<Path> debugFolders) {
        try (TraceReader reader = TraceReader.open(trace)) {
            return new TraceSymbols(trace, reader.schema().environment(), debugFolders);
        } catch (TraceException e) {
            return null;
        }
    }

    /** Arms the sites and starts the command; null if there is nothing to do. */
    @Nullable EventSource attach(Clocks clocks, KnownProcesses processes) throws SourceException, InterruptedException {
        List<CheckedAction> sites = program.actions().stream()
                .filter(action -> action.cut() != null)
                .toList();
        Integer pid = request.pid();
        if (pid != null && !Files.isDirectory(Path.of("/proc/" + pid))) {
            throw new SourceException("there is no process " + pid + "; give -p the id of one that runs");
        }
        String commandLine = request.command();
        if (!sites.isEmpty()) {
            LiveSource live = LiveSource.start(program, plan, sites, request, clocks, processes, symbols, terminal);
            source = live;
            command = live.command();
            return live;
        }
        if (commandLine != null) {
            try {
                LaunchedProcess started = LaunchedProcess.start(words(commandLine));
                command = started;
                return new CommandSource(started);
            } catch (AttachException e) {
                throw new SourceException(e.refusal().sentence());
            }
        }
        return null;
    }

    /** The words of a command, as bpftrace cuts them: at spaces. */
    static List<String> words(String commandLine) {
        return List.of(commandLine.strip().split("\\s+", -1));
    }

    @Override
    public int childPid() {
        LaunchedProcess started = command;
        return started == null ? 0 : started.pid();
    }

    @Override
    public boolean read(int pid, long address, byte[] into, int length) {
        if (address <= 0 || recorded != null) {
            return false;
        }
        FileChannel memory = memory(pid);
        if (memory == null) {
            return false;
        }
        try {
            ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
            while (buffer.hasRemaining()) {
                if (memory.read(buffer, address + buffer.position()) <= 0) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private @Nullable FileChannel memory(int pid) {
        if (memories.size() > MAX_OPEN) {
            closeMemories();
        }
        return memories.computeIfAbsent(pid, LiveTargets::open).orElse(null);
    }

    private static Optional<FileChannel> open(int pid) {
        try {
            return Optional.of(FileChannel.open(Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public @Nullable Symbol symbol(int pid, long address) {
        CodeName name = recorded == null ? symbols.at(pid, address) : recorded.at(pid, address);
        return name == null ? null : new Symbol(shown(name.name()), name.offset(), name.module());
    }

    @Override
    public Source source(int pid, long address) {
        SourceFrames frames = recorded == null ? symbols.sourceOf(pid, address) : recorded.sourceOf(pid, address);
        List<Inlined> inlined = frames.inlined().stream()
                .map(frame -> new Inlined(shown(frame.symbol()), lineOf(frame.position())))
                .toList();
        return new Source(inlined, lineOf(frames.position()));
    }

    private static @Nullable Line lineOf(@Nullable SourcePosition position) {
        return position == null ? null : new Line(position.file(), position.line());
    }

    /** As the program wants names of C++ and Rust. */
    private String shown(String name) {
        String plain = program.settings().cppDemangle() && Demangler.isMangled(name) ? Demangler.demangle(name) : null;
        return plain == null ? name : plain;
    }

    @Override
    public void seen(int pid, List<Long> addresses) {
        if (recorded == null) {
            symbols.seen(pid, addresses);
        }
    }

    @Override
    public long[] unwind(int pid, byte[] image, int maxFrames) {
        long[] frames =
                recorded == null ? symbols.unwind(pid, image, maxFrames) : recorded.unwind(pid, image, maxFrames);
        if (recorded == null) {
            symbols.seen(pid, Arrays.stream(frames).boxed().toList());
        }
        return frames;
    }

    @Override
    public @Nullable Place place(int pid, long address) {
        FilePlace place = recorded == null ? symbols.placeOf(pid, address) : recorded.placeOf(pid, address);
        return place == null ? null : new Place(place.buildId(), place.offset());
    }

    @Override
    public String readable(String symbol) {
        String readable = program.settings().cppDemangle() ? Demangler.demangle(symbol) : null;
        return readable == null ? symbol : readable;
    }

    @Override
    public long addressOf(int pid, String probe, String symbol) {
        int first = probe.indexOf(':');
        int second = probe.indexOf(':', first + 1);
        return first < 0 || second < 0 ? 0 : symbols.addressOf(pid, probe.substring(first + 1, second), symbol);
    }

    @Override
    public boolean signal(int pid, int tid, int number, boolean threadOnly) {
        return (threadOnly ? Processes.tgkill(pid, tid, number) : Processes.kill(pid, number)) >= 0;
    }

    /** Values of records that could not be read in the target. */
    long faults() {
        LiveSource live = source;
        return live == null ? 0 : live.faults();
    }

    private void closeMemories() {
        memories.values().forEach(memory -> memory.ifPresent(LiveTargets::closeRead));
        memories.clear();
    }

    private static void closeRead(FileChannel memory) {
        try {
            memory.close();
        } catch (IOException _) {
            return; // it was only read from
        }
    }

    @Override
    public void close() {
        closeMemories();
        symbols.close();
        if (recorded != null) {
            recorded.close();
        }
    }
}
