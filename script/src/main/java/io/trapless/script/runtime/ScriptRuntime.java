package io.trapless.script.runtime;

import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.EventValue;
import io.trapless.language.checked.Settings;
import io.trapless.language.types.Type;
import io.trapless.script.map.MapReport;
import io.trapless.script.map.ProgramMap;
import io.trapless.script.output.ByteText;
import io.trapless.script.output.Datum;
import io.trapless.script.output.Output;
import io.trapless.script.output.Place;
import io.trapless.script.output.Report;
import io.trapless.script.value.Blob;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One run of one program: its maps, its output, its windows to the world, and whether it wants to end. Compiled handlers call its public methods, on one thread.
 */
public final class ScriptRuntime {
    private static final String UNKNOWN_COMM = "[unknown]";

    /** A scalar map whose value is the time of day, in nanoseconds since the epoch, for time series: so that tests of bpftrace can tell what a graph has to look like. */
    private static final String CLOCK_MAP = "BPFTRACE_DUMMY_TS_MAP";

    private final @Nullable ProgramMap clockMap;
    private final Settings settings;
    private final Surroundings surroundings;
    private final List<ProgramMap> maps;
    private final Datums datums;
    private final TargetMemory memory;
    private final Commands commands;
    private final Warnings warnings;
    private final KnownProcesses processes = new KnownProcesses();
    private Output output;
    private long startNanos;
    private boolean exitRequested;
    private long exitStatus;

    /**
     * What a run stands in.
     *
     * @param targets live processes
     * @param cpuCount of the machine
     */
    public record Surroundings(Targets targets, Clocks clocks, Warnings.Level warningLevel, int cpuCount) {}

    public ScriptRuntime(CheckedProgram program, Surroundings surroundings, Output output) {
        this.settings = program.settings();
        this.surroundings = surroundings;
        this.output = output;
        this.warnings = new Warnings(output, surroundings.warningLevel());
        this.maps = program.maps().stream().map(ProgramMap::new).toList();
        this.datums = new Datums(settings, surroundings.targets(), processes, surroundings.clocks());
        this.memory = new TargetMemory(surroundings.targets(), warnings);
        this.commands = new Commands(settings.maxCatBytes());
        String clock = System.getenv(CLOCK_MAP);
        this.clockMap = maps.stream()
                .filter(map -> ("@" + map.descriptor().name()).equals(clock))
                .findFirst()
                .orElse(null);
        this.startNanos = surroundings.clocks().bootNanos();
    }

    // For who runs the program.

    public KnownProcesses processes() {
        return processes;
    }

    /** In the program's order. */
    public List<ProgramMap> maps() {
        return maps;
    }

    public Output output() {
        return output;
    }

    /** Lets everything from now on go to another output: tests are run one by one. */
    public void setOutput(Output newOutput) {
        output = newOutput;
        warnings.setOutput(newOutput);
    }

    public Warnings warnings() {
        return warnings;
    }

    public Clocks clocks() {
        return surroundings.clocks();
    }

    /** Says when the program began, CLOCK_BOOTTIME: for {@code elapsed}. */
    public void begin(long bootNanos) {
        startNanos = bootNanos;
    }

    /** Whether {@code exit} was called. */
    public boolean isExitRequested() {
        return exitRequested;
    }

    public int exitStatus() {
        return (int) exitStatus;
    }

    /** Forgets that {@code exit} was called: each test begins anew. */
    public void resetExit() {
        exitRequested = false;
        exitStatus = 0;
    }

    /** Reads of target memory that failed. */
    public long failedReads() {
        return memory.failedReads();
    }

    /** Shows a map as it stands. */
    public void printMap(ProgramMap map, long top, long div) {
        output.map(name(map), MapReport.of(map, top, div, datums));
    }

    private static String name(ProgramMap map) {
        return ByteText.ofUnicode(map.descriptor().text());
    }

    // Operators.

    public long divide(long a, long b, boolean signed, Place place) {
        if (b == 0) {
            warnings.divisionByZero(place);
            return 1;
        }
        return signed ? a / b : Long.divideUnsigned(a, b);
    }

    public long remainder(long a, long b, boolean signed, Place place) {
        if (b == 0) {
            warnings.divisionByZero(place);
            return 1;
        }
        return signed ? a % b : Long.remainderUnsigned(a, b);
    }

    /** The element of an array of numbers. */
    public long element(Blob array, long index, int size, boolean signed, Place place) {
        if (index < 0 || index >= array.size() / size) {
            warnings.outOfBounds(place);
            return 0;
        }
        return array.integer(index * size, size, signed);
    }

    /** The element of an array of anything else. */
    public Object element(Blob array, long index, Type type, Place place) {
        int size = Math.max(1, type.sizeInBytes());
        if (index < 0 || index >= array.size() / size) {
            warnings.outOfBounds(place);
            return MemoryImage.read(Blob.zeros(size), 0, type);
        }
        return MemoryImage.read(array, index * size, type);
    }

    // Maps.

    /** A slot that was claimed; tells if there was none. */
    public int claimed(int slot, Place place) {
        if (slot < 0) {
            warnings.mapFull(place);
        }
        return slot;
    }

    /** So many updates found no room. */
    public void mapFull(Place place, long times) {
        warnings.mapFull(place, times);
    }

    /** A slot that was looked for; tells if there is none and that is wanted. */
    public int found(int slot, Place place) {
        if (slot < 0) {
            warnings.nothingToRead(place);
        }
        return slot;
    }

    /** Tells if a value of the record could not be read, if that is wanted. */
    public void captured(Moment moment, int field, Place place) {
        if (moment.isUnread(field)) {
            warnings.unreadable(place);
        }
    }

    /** Whether {@link #found} and {@link #captured} have anything to do. */
    public boolean tellsReads() {
        return warnings.tellsReads();
    }

    /** The outcome of a deletion whose result nobody uses. */
    public void deleted(boolean done, Place place) {
        if (!done) {
            warnings.nothingToDelete(place);
        }
    }

    /** A value for a time series. */
    public void tseries(ProgramMap map, int slot, long value, Moment moment) {
        map.tseries(slot, value, clockMap == null ? moment.bootNanos() + clocks().wallOffset() : clockOf(clockMap));
    }

    private static long clockOf(ProgramMap map) {
        int[] slots = map.liveSlots();
        return slots.length == 0 ? 0 : map.number(slots[0]);
    }

    /** What is shown of an accumulator. */
    public Datum entry(ProgramMap map, int slot) {
        Report report = MapReport.ofEntry(map, slot, 1, datums);
        Report content = report instanceof Report.Statistics(Report inner) ? inner : report;
        return content instanceof Report.Single(Datum value) ? value : new Datum.Nothing();
    }

    // Events.

    /** A number of the event. */
    public long number(Moment moment, EventValue value) {
        int pid = (int) moment.pid();
        int tid = (int) moment.tid();
        return switch (value) {
            case PID -> moment.pid();
            case TID -> moment.tid();
            case CPU -> moment.cpu();
            case UID -> processes.uid(pid, tid);
            case GID -> processes.gid(pid, tid);
            case NUMA_NODE -> 0;
            case PARENT_PID -> processes.parent(pid);
            case NSECS_BOOT -> moment.bootNanos();
            case NSECS_MONOTONIC -> moment.bootNanos() - clocks().bootOffset();
            case NSECS_TAI -> moment.bootNanos() + clocks().wallOffset();
            case ELAPSED -> moment.bootNanos() - startNanos;
            case RANDOM -> ThreadLocalRandom.current().nextInt() & 0xffffffffL;
            case CPU_COUNT -> surroundings.cpuCount();
            case CHILD_PID -> surroundings.targets().childPid();
            case USER_MODE -> 1;
            case MODULE_ID -> moment.moduleId();
            case COMM, PARENT_COMM, PROBE, FUNCTION -> throw new IllegalArgumentException(value + " is no number");
        };
    }

    /** What the event has that is no number. */
    public Object object(Moment moment, EventValue value) {
        int pid = (int) moment.pid();
        return switch (value) {
            case COMM -> processes.comm(pid, (int) moment.tid());
            case PARENT_COMM -> {
                int parent = processes.parent(pid);
                yield processes.comm(parent, parent);
            }
            case PROBE -> moment.probe();
            case FUNCTION -> new SymbolValue(moment.address(), pid, moment.function());
            default -> throw new IllegalArgumentException(value + " is a number");
        };
    }

    /** {@code comm(pid)}. */
    public String commOf(long tid) {
        String comm = processes.commOf(tid);
        return comm == null ? UNKNOWN_COMM : comm;
    }

    /** The number of the child, where one is needed. */
    public long checkedChild(long pid, Place place) {
        if (pid == 0) {
            output.message(Output.Severity.WARNING, "cpid is 0: no command was given by -c", place);
        }
        return pid;
    }

    /** An address that prints as a symbol. */
    public Object symbol(Moment moment, long address) {
        return new SymbolValue(address, (int) moment.pid(), null);
    }

    /** {@code uaddr}. */
    public long symbolAddress(Moment moment, String symbol) {
        return surroundings.targets().addressOf((int) moment.pid(), moment.probe(), symbol);
    }

    /** No stack: of a moment of the tracer, or where no field was left for one. */
    public Object stack(Moment moment) {
        return new StackValue((int) moment.pid(), List.of(), false);
    }

    /** The innermost {@code limit} frames of the user stack in a field. */
    public Object stack(Moment moment, int field, int limit) {
        long[] frames = moment.frames(field);
        int count = Math.min(limit, frames.length);
        List<Long> shown = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            shown.add(frames[i]);
        }
        int pid = (int) moment.pid();
        surroundings.targets().seen(pid, shown);
        return new StackValue(pid, shown, isReturn(moment));
    }

    /** The innermost {@code limit} frames of the stack whose image is in a field. */
    public Object unwound(Moment moment, int field, int limit) {
        int pid = (int) moment.pid();
        List<Long> frames = new ArrayList<>();
        for (long frame : surroundings.targets().unwind(pid, moment.bytes(field).bytes(), limit)) {
            frames.add(frame);
        }
        return new StackValue(pid, frames, isReturn(moment));
    }

    /** Where a function has returned, stacks begin with its caller. */
    private static boolean isReturn(Moment moment) {
        return moment.probe().startsWith("uretprobe:");
    }

    /** The number of frames. */
    public long stackLength(Object stack) {
        return stack instanceof StackValue value ? value.frames().size() : 0;
    }

    // Memory.

    public long loadNumber(Moment moment, long address, int size, boolean signed, Place place) {
        return memory.number(moment, address, size, signed, place);
    }

    public Object loadObject(Moment moment, long address, Type type, Place place) {
        return memory.object(moment, address, type, place);
    }

    /**
     * A string of the target.
     *
     * @param limit bytes at most, the NUL counted
     */
    public String readString(Moment moment, long address, long limit, int size, Place place) {
        long most = limit < 0 || limit > size ? size : limit;
        return memory.text(moment, address, (int) Math.max(0, most - 1), place);
    }

    public Blob readBytes(Moment moment, long address, long length, int limit, Place place) {
        long most = length < 0 || length > limit ? limit : length;
        return memory.bytes(moment, address, (int) most, place);
    }

    /** The address of a value of the script. */
    public long addressOf(Object value, Type type) {
        return memory.pin(MemoryImage.of(type, value));
    }

    // Functions.

    public String errorText(long number) {
        return NameTable.ERRORS.name(Math.abs(number));
    }

    public String signalName(long number) {
        return NameTable.SIGNALS.name(number);
    }

    public String systemCallName(long number) {
        return NameTable.SYSCALLS.name(number);
    }

    // Output.

    public void printValue(Object value, Type type) {
        output.value(datums.present(type, value));
    }

    /** {@code printf} and its relatives. */
    public void format(Object[] arguments, FormatSite site) {
        List<Datum> shown = new ArrayList<>(arguments.length);
        for (int i = 0; i < arguments.length; i++) {
            shown.add(datums.present(site.types().get(i), arguments[i]));
        }
        String text = site.format().format(shown);
        switch (site.target()) {
            case PRINTF -> output.printf(text);
            case ERRORF -> output.message(Output.Severity.ERROR, text, site.place());
            case WARNF -> output.message(Output.Severity.WARNING, text, site.place());
            case SYSTEM -> output.system(commands.shell(text));
            case CAT -> {
                String content = commands.file(text);
                if (content == null) {
                    output.message(
                            Output.Severity.ERROR,
                            "failed to open file '" + text + "' (" + commands.whyUnreadable(text) + ")",
                            Place.NOWHERE);
                } else {
                    output.cat(content);
                }
            }
        }
    }

    public void join(Moment moment, long address, String separator, Place place) {
        List<String> words = memory.words(moment, address, settings.maxStrlen(), place);
        output.join(String.join(separator, words));
    }

    public void printTime(String format) {
        output.time(TimeFormat.format(format, ZonedDateTime.now(ZoneId.systemDefault())));
    }

    public void signal(Moment moment, long number, boolean thread, Place place) {
        int pid = (int) moment.pid();
        boolean sent = number > 0
                && number <= 64
                && surroundings.targets().signal(pid, (int) moment.tid(), (int) number, thread);
        if (!sent) {
            output.message(Output.Severity.ERROR, "signal " + number + " could not be sent to process " + pid, place);
        }
    }

    /** {@code exit}: the handler ends itself after it. */
    public void exit(long status) {
        if (!exitRequested) {
            exitRequested = true;
            exitStatus = status;
        }
    }
}
