package io.trapless.language.print;

import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckedAction;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedProgram;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.checked.Cut;
import io.trapless.language.checked.MapDescriptor;
import io.trapless.language.checked.PushDown;
import io.trapless.language.cut.PushDownPlan;
import io.trapless.language.diagnostic.FindingPrinter;
import io.trapless.language.diagnostic.Source;
import io.trapless.language.expand.ExpandedProgram;
import io.trapless.language.expand.Linker;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.CaptureType;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.Value;
import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import io.trapless.language.syntax.SyntaxPrinter;
import io.trapless.language.types.Type;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A program after a stage. */
public final class StagePrinter {
    private StagePrinter() {}

    /** The parsed program with imports, macros and C constants replaced; or what is wrong with it. */
    public static String ast(Source source, @Nullable Path path, CheckOptions options) {
        Linker.Outcome linked = Linker.link(source, path, options.files());
        ExpandedProgram program = linked.program();
        if (program == null) {
            return FindingPrinter.print(linked.findings().all());
        }
        StringBuilder out = new StringBuilder();
        for (Program.Setting setting : program.settings()) {
            out.append("config ").append(setting.key()).append(" = ");
            out.append(SyntaxPrinter.print(setting.value())).append('\n');
        }
        for (Program.MapDeclaration map : program.mapDeclarations()) {
            out.append("let @").append(map.name()).append(" = ").append(map.type());
            out.append('(').append(map.maxEntries()).append(")\n");
        }
        for (Program.Action action : program.actions()) {
            out.append(action.attachPoints().stream().map(AttachPoint::text).collect(Collectors.joining(",")));
            Expression filter = action.filter();
            if (filter != null) {
                out.append(" /").append(SyntaxPrinter.print(filter)).append('/');
            }
            out.append(" {\n");
            action.body()
                    .statements()
                    .forEach(
                            s -> out.append("  ").append(SyntaxPrinter.print(s)).append('\n'));
            Expression value = action.body().value();
            if (value != null) {
                out.append("  ").append(SyntaxPrinter.print(value)).append('\n');
            }
            out.append("}\n");
        }
        return out.toString();
    }

    /** Maps and actions with all types. */
    public static String types(CheckedProgram program) {
        StringBuilder out = new StringBuilder();
        for (MapDescriptor map : program.maps()) {
            out.append(map(map)).append('\n');
        }
        for (CheckedAction action : program.actions()) {
            out.append(action.attachPoint().text());
            out.append(filter(action.filter())).append(" {\n");
            out.append(lines(action.body())).append("}\n");
        }
        return out.toString();
    }

    private static String map(MapDescriptor map) {
        Type key = map.keyType();
        String parameters = switch (map.parameters()) {
            case MapDescriptor.Parameters.None _ -> "";
            case MapDescriptor.Parameters.Hist h -> " bits=" + h.bits();
            case MapDescriptor.Parameters.Linear l -> " " + l.min() + ".." + l.max() + " step " + l.step();
            case MapDescriptor.Parameters.TimeSeries t -> " " + t.intervals() + " x " + t.intervalNanos() + "ns";
        };
        return map.text() + (key == null ? "" : "[" + key.text() + "]") + ": "
                + map.valueType().text() + parameters
                + (key == null ? "" : ", at most " + map.maxEntries() + " entries");
    }

    private static String filter(@Nullable CheckedExpression filter) {
        return filter == null ? "" : " /" + ExpressionText.of(filter) + "/";
    }

    private static String lines(CheckedStatement.Block block) {
        StatementText text = new StatementText(1);
        text.lines(block);
        return text.toString();
    }

    /** What runs in the target and what is left outside, for each action at a function; USDT arguments are shown as numbers of 64 bits. */
    public static String slice(CheckedProgram program) {
        StringBuilder out = new StringBuilder();
        PushDownPlan plan = PushDownPlan.of(program);
        for (CheckedAction action : program.actions()) {
            out.append(action.attachPoint().text()).append('\n');
            Cut cut = action.cut();
            if (cut == null) {
                out.append(" outside").append(filter(action.filter())).append(" {\n");
                out.append(lines(action.body())).append(" }\n");
            } else {
                cut(cut, plan.isPushedDown(action), out);
            }
        }
        return out.toString();
    }

    private static void cut(Cut cut, boolean isPushedDown, StringBuilder out) {
        CaptureProgram inside = cut.atFunction();
        Value condition = inside.filter();
        out.append(" inside").append(condition == null ? "" : " /" + ValueText.of(condition) + "/");
        out.append(inside.captures().isEmpty() ? " { }\n" : " {\n");
        for (Capture capture : inside.captures()) {
            out.append("  ").append(capture.name()).append(": ").append(type(capture.type()));
            out.append(" = ").append(ValueText.of(capture.value())).append('\n');
        }
        out.append(inside.captures().isEmpty() ? "" : " }\n");
        for (MirrorStore store : inside.stores()) {
            out.append(" mirrored: ").append(ValueText.entry(store.map(), store.keys()));
            out.append(" = ").append(ValueText.of(store.value())).append('\n');
        }
        PushDown pushDown = isPushedDown ? cut.pushDown() : null;
        if (pushDown != null) {
            Value value = pushDown.value();
            out.append(" pushed down: ").append(pushDown.map().text());
            out.append(pushDown.keys().stream().map(ValueText::of).collect(Collectors.joining(", ", "[", "]")));
            out.append(" <- ").append(pushDown.kind().function());
            out.append('(').append(value == null ? "" : ValueText.of(value)).append(")\n");
        }
        out.append(" outside").append(filter(cut.filter()));
        for (Cut.Window window : cut.windows()) {
            out.append(", f").append(window.bytesField()).append(" is at f").append(window.addressField());
        }
        out.append(cut.ownMemory() ? ", reads memory later" : "").append(" {\n");
        out.append(lines(cut.handler())).append(" }\n");
    }

    private static String type(CaptureType type) {
        return switch (type) {
            case CaptureType.Int i -> new Type.Int(i.sizeBytes(), i.signed()).text();
            case CaptureType.Floating f -> "float" + 8 * f.sizeBytes();
            case CaptureType.Str s -> "string[" + (s.maxBytes() + 1) + "]";
            case CaptureType.Buf b -> "buffer[" + b.maxBytes() + "]";
            case CaptureType.StackImage s -> "stack[" + s.stackBytes() + "]";
            case CaptureType.Frames f -> "frames[" + f.maxFrames() + "]";
        };
    }
}
