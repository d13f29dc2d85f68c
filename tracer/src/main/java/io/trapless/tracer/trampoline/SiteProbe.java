package io.trapless.tracer.trampoline;

import io.trapless.binary.x86.Gpr;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.slice.Value;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One probe at one site: what to record when a thread comes by.
 *
 * @param eventId 0 to 0xFFFE; also the index of its enable byte
 * @param filter null: every hit is recorded
 * @param arguments operands of the USDT note; empty for a function
 * @param frame where its user stack begins
 * @param trigger the slot in which it leaves a mark when it has fired, or {@link #NO_TRIGGER}
 * @param update what is done in the place of a record wherever that is possible, or null
 * @param stores what is kept in mirrors besides; none together with an update
 */
public record SiteProbe(
        int eventId,
        @Nullable Value filter,
        List<Capture> captures,
        List<ArgumentLocation> arguments,
        FrameStart frame,
        int trigger,
        @Nullable TableUpdate update,
        List<MirrorStore> stores) {
    /** It leaves no mark. */
    public static final int NO_TRIGGER = -1;

    /** A probe at a function's beginning or end that is no trigger. */
    public SiteProbe(int eventId, @Nullable Value filter, List<Capture> captures, List<ArgumentLocation> arguments) {
        this(eventId, filter, captures, arguments, FrameStart.RETURN_ON_TOP, NO_TRIGGER, null, List.of());
    }

    /** A trigger. */
    public SiteProbe(
            int eventId,
            @Nullable Value filter,
            List<Capture> captures,
            List<ArgumentLocation> arguments,
            FrameStart frame,
            int trigger) {
        this(eventId, filter, captures, arguments, frame, trigger, null, List.of());
    }

    public SiteProbe {
        captures = List.copyOf(captures);
        arguments = List.copyOf(arguments);
        stores = List.copyOf(stores);
    }

    /** The same with more values at the end of its record, where only an image of the stack stays behind them. */
    public SiteProbe with(List<Capture> more) {
        List<Capture> all = new ArrayList<>(captures);
        boolean image = !all.isEmpty() && all.getLast().value() instanceof Value.StackImage;
        all.addAll(image ? all.size() - 1 : all.size(), more);
        return new SiteProbe(eventId, filter, all, arguments, frame, trigger, update, stores);
    }

    /**
     * What is left of it where a function ends in a jump to another one and has no value yet: the captures that do without rax.
     *
     * @return null if its filter needs the value
     */
    public @Nullable SiteProbe withoutReturnValue() {
        if (filter != null && readsRax(filter)) {
            return null;
        }
        List<Capture> kept =
                captures.stream().filter(capture -> !readsRax(capture)).toList();
        TableUpdate without = update == null || update.values().stream().anyMatch(this::readsRax) ? null : update;
        List<MirrorStore> keeping = stores.stream()
                .filter(store -> store.values().stream().noneMatch(this::readsRax))
                .toList();
        return new SiteProbe(eventId, filter, kept, arguments, frame, trigger, without, keeping);
    }

    private boolean readsRax(Value value) {
        return readsRax(new Capture("value", new CaptureType.Int(8, false, CaptureType.Base.DEC), value));
    }

    /** An image has all registers, but what is made of it needs none that a function returns. */
    private boolean readsRax(Capture capture) {
        if (capture.value() instanceof Value.StackImage) {
            return false;
        }
        return (new SiteProbe(eventId, null, List.of(capture), arguments).registersRead() & 1 << Gpr.RAX.id()) != 0;
    }

    /** Whether the event begins with {@code _fault} and {@code _cut}. */
    public boolean faultable() {
        return captures.stream().anyMatch(Capture::mayFault);
    }

    /** Whether any part of it reads an unproven pointer, and so may need a system call. */
    public boolean readsPointers() {
        return faultable() || hasStack() || hasImage() || (filter != null && filter.mayFault());
    }

    /** Whether any of its code may read memory that is not proven to be there: for what it captures, filters by, adds up or keeps in mirrors, or for an argument. */
    boolean readsMemory() {
        return readsPointers()
                || RecordPlan.roots(this).stream().anyMatch(root -> root.contains(Value::mayFault))
                || arguments.stream().anyMatch(ArgumentLocation.InUnprovenMemory.class::isInstance);
    }

    /** Whether it captures a user stack. */
    public boolean hasStack() {
        return captures.stream().anyMatch(capture -> capture.value() instanceof Value.UserStack);
    }

    /** Whether it captures an image of the stack. */
    public boolean hasImage() {
        return captures.stream().anyMatch(capture -> capture.value() instanceof Value.StackImage);
    }

    /** Bit n: it captures or filters by general register n as it is at the site, or by memory that the register points to. */
    public int registersRead() {
        Set<Gpr> read = EnumSet.noneOf(Gpr.class);
        RecordPlan.roots(this).forEach(root -> RegistersRead.collect(root, arguments, read));
        return read.stream().mapToInt(register -> 1 << register.id()).reduce(0, (a, b) -> a | b);
    }

    /** Whether it captures or filters by the flags. */
    public boolean readsFlags() {
        return RecordPlan.roots(this).stream()
                .anyMatch(root -> root.contains(
                        v -> v instanceof Value.Register register && register.name() == RegisterName.RFLAGS));
    }
}
