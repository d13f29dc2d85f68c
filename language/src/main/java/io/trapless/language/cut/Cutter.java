package io.trapless.language.cut;

import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.Cut;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.PushDown;
import io.trapless.language.slice.ArgumentTypes;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.Limits;
import io.trapless.language.slice.Value;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Cuts actions in two. */
public final class Cutter {
    private static final ArgumentTypes ANY = new ArgumentTypes.Function();

    private final CheckedAction action;
    private final ProbePattern pattern;
    private final Mirrors mirrors;
    private final Definitions definitions;

    private Cutter(CheckedAction action, ProbePattern pattern, Mirrors mirrors) {
        this.action = action;
        this.pattern = pattern;
        this.mirrors = mirrors;
        this.definitions = Definitions.of(action.body());
    }

    /**
     * @param actions those at sites of a process with their cuts, the others as they were
     * @param mirrors the maps that the cuts need mirrors of, by their numbers
     */
    public record Program(List<CheckedAction> actions, List<MapDescriptor> mirrors) {
        public Program {
            actions = List.copyOf(actions);
            mirrors = List.copyOf(mirrors);
        }
    }

    /**
     * Cuts the actions of one program.
     *
     * @param complete whether reads are to be made too whose value nobody uses
     */
    public static Program cut(List<CheckedAction> actions, boolean complete) {
        Mirrors possible = Mirrors.of(actions);
        Set<MapDescriptor> used = new HashSet<>();
        if (!possible.maps().isEmpty()) {
            actions.forEach(action -> cut(action, complete, possible, used));
        }
        Mirrors mirrors = possible.only(used);
        List<CheckedAction> cut = actions.stream()
                .map(action -> cut(action, complete, mirrors, used))
                .toList();
        return new Program(cut, mirrors.maps());
    }

    /** Whether an action runs at sites of a process. */
    static boolean isAtSites(CheckedAction action) {
        return action.attachPoint() instanceof AttachPoint.Sites;
    }

    /**
     * The action with its cut; as it is if it is not at a site of a process.
     *
     * @param used takes the maps whose mirrors it reads
     */
    private static CheckedAction cut(CheckedAction action, boolean complete, Mirrors mirrors, Set<MapDescriptor> used) {
        if (!(action.attachPoint() instanceof AttachPoint.Sites(ProbePattern pattern))) {
            return action;
        }
        return new CheckedAction(
                action.index(),
                action.sources(),
                action.attachPoint(),
                action.kind(),
                action.slots(),
                action.filter(),
                action.body(),
                new Cutter(action, pattern, mirrors).cut(complete, used),
                action.span());
    }

    private Cut cut(boolean complete, Set<MapDescriptor> used) {
        TargetValues values = new TargetValues(definitions, ANY, Mirrors.NONE);
        TargetValues guesses = new TargetValues(definitions, ANY, mirrors);
        CheckedExpression filter = action.filter();
        boolean inside = filter != null && values.scalar(filter) != null;
        // Each run shows which variables are left to be read; without the others the next one has less to capture.
        CheckedStatement.Block body = action.body();
        for (int before = -1; !complete && before != size(body); ) {
            before = size(body);
            CaptureCollector trial = new CaptureCollector(values, guesses);
            outside(filter, inside, trial);
            body = Unused.without(body, trial.block(body), definitions, values);
        }
        CaptureCollector counting = new CaptureCollector(values, guesses);
        outside(filter, inside, counting);
        counting.block(body);
        counting.windows();
        CaptureCollector collector =
                new CaptureCollector(values, guesses, counting.leaves().size() - 1);
        CheckedExpression outside = outside(filter, inside, collector);
        CheckedStatement.Block handler = collector.block(body);
        List<Cut.Window> windows = collector.windows();
        collector.mirrored().forEach(m -> used.add(mirrors.maps().get(m.mirror())));
        List<CaptureCollector.Leaf> leaves = List.copyOf(collector.leaves());
        int frames = collector.stackFrames();
        List<Type> types = leaves.stream().map(l -> l.expression().type()).toList();
        // A filter that is left for outside decides about records only.
        boolean alone = outside == null;
        return new Cut(
                arguments -> program(arguments, inside ? filter : null, leaves, frames),
                types,
                outside,
                handler,
                windows,
                collector.ownMemory(),
                collector.stacks(),
                arguments -> alone ? pushDown(arguments) : null);
    }

    private @Nullable PushDown pushDown(ArgumentTypes arguments) {
        return PushDowns.of(action.body(), new TargetValues(definitions, arguments, Mirrors.NONE));
    }

    /** Statements, but for empty blocks. */
    private static int size(CheckedStatement.Block block) {
        int size = 0;
        for (CheckedStatement statement : block.statements()) {
            size += statement instanceof CheckedStatement.Block inner ? size(inner) : 1;
        }
        return size;
    }

    private static @Nullable CheckedExpression outside(
            @Nullable CheckedExpression filter, boolean inside, CaptureCollector collector) {
        return inside || filter == null ? null : collector.expression(filter);
    }

    private CaptureProgram program(
            ArgumentTypes arguments,
            @Nullable CheckedExpression filter,
            List<CaptureCollector.Leaf> leaves,
            int frames) {
        TargetValues values = new TargetValues(definitions, arguments, mirrors);
        List<Capture> captures = new ArrayList<>();
        for (CaptureCollector.Leaf leaf : leaves) {
            String name = Cut.fieldName(captures.size());
            captures.add(
                    switch (leaf.kind()) {
                        case FRAMES -> new Capture(name, new CaptureType.Frames(frames), new Value.UserStack(frames));
                        case IMAGE ->
                            new Capture(
                                    name,
                                    new CaptureType.StackImage(Limits.STACK_IMAGE_BYTES),
                                    new Value.StackImage(Limits.STACK_IMAGE_BYTES));
                        default -> capture(name, leaf, values);
                    });
        }
        TargetValues plain = values.plain();
        Value condition = filter == null ? null : plain.scalar(filter);
        if (filter != null && condition == null) {
            // An argument of this site is a floating-point number: no number that a filter could be true of.
            condition = new Value.Constant(0, 8, false);
        }
        return new CaptureProgram(
                List.of(pattern), condition, captures, false, null, mirrors.stores(action.body(), plain));
    }

    private static Capture capture(String name, CaptureCollector.Leaf leaf, TargetValues values) {
        CheckedExpression e = leaf.expression();
        Type type = e.type();
        return switch (leaf.kind()) {
            case FRAMES, IMAGE -> throw new IllegalArgumentException("a stack is no expression");
            case SCALAR -> {
                Value value = values.scalar(e);
                int size = type instanceof Type.Bool ? 1 : type.sizeInBytes();
                CaptureType.Base base = type instanceof Type.Pointer ? CaptureType.Base.HEX : CaptureType.Base.DEC;
                yield new Capture(
                        name,
                        new CaptureType.Int(size, type.isSigned(), base),
                        value == null ? new Value.Constant(0, size, type.isSigned()) : value);
            }
            case STRING -> {
                Value value = values.string(e, 0);
                if (!(value instanceof Value.StringAt string)) {
                    yield nothing(name);
                }
                yield new Capture(name, new CaptureType.Str(string.maxBytes()), string);
            }
            case BYTES -> {
                Value value = values.bytes(e);
                if (!(value instanceof Value.BytesAt bytes)) {
                    yield nothing(name);
                }
                yield new Capture(name, new CaptureType.Buf(bytes.maxBytes()), bytes);
            }
        };
    }

    /** A string or buffer whose address is no number at this site: it is read at address 0, which fails. */
    private static Capture nothing(String name) {
        return new Capture(name, new CaptureType.Str(1), new Value.StringAt(new Value.Constant(0, 8, false), 1));
    }
}
