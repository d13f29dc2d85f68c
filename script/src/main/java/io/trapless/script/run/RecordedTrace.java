package io.trapless.script.run;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.Cut;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Evaluator;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.script.runtime.Clocks;
import io.trapless.trace.ctf.TraceException;
import io.trapless.trace.ctf.TraceReader;
import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The events of a trace for the actions of a program, in the order of their times. A trace that was saved while the program ran has the fields that its handlers want; of any other trace the actions' captures and
 * filters are computed anew from fields called {@code argN} and {@code retval}.
 */
public final class RecordedTrace implements EventSource {
    private static final int EVENTS_PER_POLL = 10_000;
    private static final long CYCLES_EARLY = 1000;

    private final TraceReader reader;
    private final RecordMoment moment;
    private final long wallOffset;
    /** By event id. */
    private final @Nullable List<Use>[] uses = usesByEvent();

    /** Until then no timer has to be told what time it is, TSC cycles. */
    private long dueTsc = Long.MIN_VALUE;

    private boolean ended;
    private long lost;

    /**
     * What one event id is for.
     *
     * @param captures what to compute from the record; null: the record has it as it is
     */
    private record Use(EventKind kind, @Nullable CaptureProgram captures) {}

    @SuppressWarnings({"unchecked", "rawtypes"}) // arrays know nothing of type parameters
    private static @Nullable List<Use>[] usesByEvent() {
        return new List[EventType.MAX_ID + 2];
    }

    private RecordedTrace(TraceReader reader, Clocks clocks) {
        this.reader = reader;
        this.wallOffset = clocks.wallOffset();
        this.moment = new RecordMoment(reader.schema().clock(), wallOffset);
        reader.onLoss(loss -> lost += loss.events());
    }

    /**
     * Opens a trace for a program.
     *
     * @throws SourceException it can't be read, or has nothing for the program
     */
    public static RecordedTrace open(Path directory, CheckedProgram program, Clocks clocks) throws SourceException {
        RecordedTrace trace = null;
        boolean opened = false;
        try {
            trace = new RecordedTrace(TraceReader.open(directory), clocks);
            trace.bind(program);
            opened = true;
            return trace;
        } catch (TraceException e) {
            throw new SourceException(String.valueOf(e.getMessage()));
        } finally {
            if (trace != null && !opened) {
                trace.close();
            }
        }
    }

    private void bind(CheckedProgram program) throws SourceException {
        Map<String, List<EventType>> byName = new HashMap<>();
        for (EventType type : reader.schema().events()) {
            byName.computeIfAbsent(type.name(), _ -> new ArrayList<>()).add(type);
        }
        List<CheckedAction> sites = program.actions().stream()
                .filter(action -> action.cut() != null)
                .toList();
        for (Map.Entry<String, List<EventType>> entry : byName.entrySet()) {
            List<CheckedAction> wanting = sites.stream()
                    .filter(action -> action.attachPoint() instanceof AttachPoint.Sites point
                            && ProbeMatch.matches(point.pattern(), entry.getKey()))
                    .toList();
            bind(entry.getValue(), wanting);
        }
        if (!sites.isEmpty() && attachedProbes() == 0) {
            throw new SourceException("the trace has no event of "
                    + sites.getFirst().attachPoint().text() + "; 'trapless view' shows what it has");
        }
    }

    /** Each action has an id of its own if the program saved the trace; in other traces one id serves all actions. */
    private void bind(List<EventType> types, List<CheckedAction> actions) throws SourceException {
        boolean own = types.size() == actions.size();
        for (int i = 0; i < types.size() && own; i++) {
            own = isOwn(types.get(i), actions.get(i));
        }
        for (int i = 0; i < actions.size(); i++) {
            EventType type = types.get(own ? i : 0);
            CheckedAction action = actions.get(i);
            Use use = own ? new Use(EventKind.of(type, action), null) : computed(type, action);
            List<Use> present = uses[type.id()];
            if (present == null) {
                present = new ArrayList<>();
                uses[type.id()] = present;
            }
            present.add(use);
        }
    }

    private static Cut cut(CheckedAction action) {
        Cut cut = action.cut();
        if (cut == null) {
            throw new IllegalArgumentException("only actions at sites have events");
        }
        return cut;
    }

    private static boolean isOwn(EventType type, CheckedAction action) {
        List<Capture> captures = cut(action).atFunction().captures();
        if (captures.size() != type.fields().size() || captures.isEmpty()) {
            return captures.isEmpty() && type.fields().isEmpty();
        }
        for (int i = 0; i < captures.size(); i++) {
            if (!captures.get(i).name().equals(type.fields().get(i).name())) {
                return false;
            }
        }
        return true;
    }

    private static Use computed(EventType type, CheckedAction action) {
        CaptureProgram captures = cut(action).captures().apply(new ArgumentTypes.Function());
        List<FieldType> fields = new ArrayList<>();
        for (Capture capture : captures.captures()) {
            fields.add(new FieldType(capture.name(), kind(capture.type())));
        }
        EventType computed = new EventType(type.id(), type.name(), type.pid(), fields, captures.mayFault());
        return new Use(EventKind.of(computed, action), captures);
    }

    private static FieldKind kind(CaptureType type) {
        return switch (type) {
            case CaptureType.Int(int size, boolean signed, CaptureType.Base _) -> new FieldKind.Int(size, signed, 10);
            case CaptureType.Floating(int size) -> new FieldKind.Real(size);
            case CaptureType.Str _ -> new FieldKind.Text();
            case CaptureType.Buf _, CaptureType.StackImage _ -> new FieldKind.Bytes();
            case CaptureType.Frames _ -> new FieldKind.Addresses();
        };
    }

    @Override
    public long attachedProbes() {
        long count = 0;
        for (List<Use> present : uses) {
            count += present == null ? 0 : present.size();
        }
        return count;
    }

    @Override
    public boolean isRecorded() {
        return true;
    }

    @Override
    public void begin() {}

    @Override
    public void poll(Sink sink, long timeoutNanos) throws SourceException {
        dueTsc = Long.MIN_VALUE; // signals are looked for as well
        try {
            for (int i = 0; i < EVENTS_PER_POLL && sink.wantsMore(); i++) {
                if (!reader.next()) {
                    ended = true;
                    return;
                }
                show(reader.event(), sink);
            }
        } catch (TraceException e) {
            throw new SourceException(String.valueOf(e.getMessage()));
        }
    }

    private void show(EventRecord event, Sink sink) {
        if (event.tsc() >= dueTsc) {
            TraceClock clock = reader.schema().clock();
            sink.reached(clock.nanosAt(event.tsc()) - wallOffset);
            long due = sink.nextDue();
            // a little early: between nanoseconds and cycles something is rounded
            dueTsc = due > Long.MAX_VALUE / 2 || due < Long.MIN_VALUE / 2
                    ? due
                    : clock.tscAt(due + wallOffset) - CYCLES_EARLY;
        }
        List<Use> wanting = uses[event.type().id()];
        if (wanting == null) {
            return;
        }
        for (int i = 0; i < wanting.size(); i++) { // no iterator for each event
            Use use = wanting.get(i);
            CaptureProgram captures = use.captures();
            MemorySegment segment = event.segment();
            long offset = event.payloadOffset();
            if (captures != null) {
                Evaluator evaluator =
                        new Evaluator(new RecordedState(event, reader.schema().clock(), wallOffset));
                if (!evaluator.accepts(captures)) {
                    continue;
                }
                segment = MemorySegment.ofArray(evaluator.capture(captures).payload(captures));
                offset = 0;
            }
            moment.record()
                    .wrap(use.kind().type(), segment, offset, event.tsc(), event.cpu(), event.tid(), event.pid());
            moment.show(use.kind());
            sink.event(use.kind().action(), moment);
        }
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public void stop() {}

    @Override
    public long lostEvents() {
        return lost;
    }

    @Override
    public void close() {
        reader.close();
    }
}
