package io.trapless.trace.pairing;

import io.trapless.trace.event.EventRecord;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.TraceSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Pairs the entries and exits of a trace's events. Fed with all of them in time order, once, by one thread. */
public final class EventPairing {
    /** What {@link #accept} returns for anything but an exit whose entry was seen. */
    public static final long NO_ENTRY = FramePairing.NO_ENTRY;

    private static final String ENTRY_PREFIX = "uprobe:";
    private static final String EXIT_PREFIX = "uretprobe:";

    private final Map<Integer, Part> parts = new HashMap<>();
    private final Map<Long, OneThread> threads = new HashMap<>();
    private final Consumer<LeftFrame> listener;
    private long lastTsc;
    private int lastCpu;

    /** An event type's part in pairs. */
    private record Part(boolean entry, int function, int stackPointerField) {}

    private record OneThread(FramePairing frames, int pid, int tid) {}

    /**
     * @param listener gets the calls that were left without an exit, when that is certain: not in order of time
     */
    public EventPairing(TraceSchema schema, Consumer<LeftFrame> listener) {
        this.listener = listener;
        Map<String, Integer> functions = new HashMap<>();
        for (EventType type : schema.events()) {
            Part part = part(type, functions);
            if (part != null) {
                parts.put(type.id(), part);
            }
        }
    }

    /** Whether a trace has anything to pair. */
    public static boolean appliesTo(TraceSchema schema) {
        return schema.events().stream().anyMatch(type -> part(type, new HashMap<>()) != null);
    }

    private static @Nullable Part part(EventType type, Map<String, Integer> functions) {
        boolean entry = type.name().startsWith(ENTRY_PREFIX);
        boolean exit = type.name().startsWith(EXIT_PREFIX);
        for (int i = 0; i < type.fields().size() && (entry || exit); i++) {
            if (type.fields().get(i).name().equals(PairingFields.STACK_POINTER)) {
                String function = type.name().substring(entry ? ENTRY_PREFIX.length() : EXIT_PREFIX.length());
                int number = functions.computeIfAbsent(function, _ -> functions.size());
                return new Part(entry, number, i);
            }
        }
        return null;
    }

    /** What the exits of a function are called whose entry is called {@code entryName}. */
    public static String exitName(String entryName) {
        return entryName.startsWith(ENTRY_PREFIX)
                ? EXIT_PREFIX + entryName.substring(ENTRY_PREFIX.length())
                : entryName;
    }

    /** Takes an event. Returns when the call that it ends was entered, TSC cycles, or {@link #NO_ENTRY}. */
    public long accept(EventRecord event) {
        lastTsc = event.tsc();
        lastCpu = event.cpu();
        Part part = parts.get(event.type().id());
        if (part == null) {
            return NO_ENTRY;
        }
        FramePairing frames = threads.computeIfAbsent(
                        (long) event.pid() << 32 | (event.tid() & 0xFFFF_FFFFL),
                        _ -> newThread(event.pid(), event.tid()))
                .frames;
        long stackPointer = event.integer(part.stackPointerField);
        int id = event.type().id();
        if (part.entry) {
            frames.entry(id, part.function, stackPointer, event.tsc(), event.cpu());
            return NO_ENTRY;
        }
        return frames.exit(id, part.function, stackPointer, event.tsc(), event.cpu());
    }

    private OneThread newThread(int pid, int tid) {
        FramePairing frames = new FramePairing(frame -> listener.accept(new LeftFrame(
                frame.entryId(), pid, tid, frame.entryTsc(), frame.leftTsc(), frame.leftCpu(), LeftFrame.How.UNWOUND)));
        return new OneThread(frames, pid, tid);
    }

    /** Says that there are no more events. */
    public void end() {
        List<OneThread> all = new ArrayList<>(threads.values());
        for (OneThread thread : all) {
            thread.frames.end(frame -> listener.accept(new LeftFrame(
                    frame.entryId(),
                    thread.pid,
                    thread.tid,
                    frame.entryTsc(),
                    lastTsc,
                    lastCpu,
                    LeftFrame.How.UNFINISHED)));
        }
    }
}
