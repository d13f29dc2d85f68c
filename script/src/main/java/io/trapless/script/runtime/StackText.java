package io.trapless.script.runtime;

import io.trapless.language.checked.Settings;
import io.trapless.language.types.StackMode;
import io.trapless.language.types.Type;
import io.trapless.script.output.ByteText;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The text of stacks, in each of their modes: a byte string of lines, one for each frame, and one above it for each function that was inlined there. */
final class StackText {
    private static final String INDENT = "        ";

    private final Settings settings;
    private final Targets targets;

    StackText(Settings settings, Targets targets) {
        this.settings = settings;
        this.targets = targets;
    }

    /** A stack's text, an empty line in front. */
    String of(Type type, StackValue stack) {
        StackMode mode = type instanceof Type.Stack stackType ? stackType.mode() : StackMode.BPFTRACE;
        StringBuilder out = new StringBuilder("\n");
        List<Long> frames = stack.frames();
        for (int i = 0; i < frames.size(); i++) {
            long address = frames.get(i);
            boolean call = i > 0 || stack.fromCaller();
            switch (mode) {
                case BUILD_ID -> place(out, stack.pid(), address);
                case RAW -> out.append(Long.toHexString(address)).append('\n');
                case PERF, BPFTRACE -> named(out, stack.pid(), address, call, mode == StackMode.PERF);
            }
        }
        return out.toString();
    }

    private void place(StringBuilder out, int pid, long address) {
        Targets.Place place = targets.place(pid, address);
        out.append(place == null || place.buildId().isEmpty() ? "0" : place.buildId());
        out.append(" 0x").append(Long.toHexString(place == null ? address : place.offset()));
        out.append('\n');
    }

    private void named(StringBuilder out, int pid, long address, boolean call, boolean perf) {
        Targets.Symbol symbol = targets.symbol(pid, address);
        Targets.Source source = symbol == null || !settings.showDebugInfo()
                ? Targets.Source.NONE
                : targets.source(pid, sourceAddress(address, symbol, call));
        String start = perf ? "\t" + Long.toHexString(address) + " " : INDENT;
        for (Targets.Inlined inlined : source.inlined()) {
            String name = ByteText.ofUnicode(inlined.name());
            out.append(start);
            out.append(perf ? name + " (inlined)" : "[inlined] " + name + at(inlined.line()));
            out.append('\n');
        }
        String name = symbol == null
                ? "0x" + Long.toHexString(address)
                : ByteText.ofUnicode(symbol.name()) + "+" + symbol.offset();
        String module = symbol == null ? "[unknown]" : ByteText.ofUnicode(symbol.module());
        out.append(start).append(name).append(perf ? " (" + module + ")" : at(source.line()));
        out.append('\n');
    }

    /** A return address may belong to the next line already, or to none; the byte before is the call's. At a function's first byte nothing can have been called: a signal's frame is there, or the name is wrong anyway. */
    private static long sourceAddress(long address, Targets.Symbol symbol, boolean call) {
        return call && symbol.offset() > 0 ? address - 1 : address;
    }

    private static String at(Targets.@Nullable Line line) {
        return line == null ? "" : "@" + ByteText.ofUnicode(line.file()) + ":" + line.line();
    }
}
