package io.trapless.tracer.session.control;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a recording can be asked for while it runs. */
public sealed interface ControlRequest {
    /**
     * Switches probes on or off.
     *
     * @param probe a probe's name, or a pattern
     */
    record Switch(String probe, boolean on) implements ControlRequest {}

    /**
     * Makes a trace of what the rings hold.
     *
     * @param directory absolute; must not exist, or be empty
     */
    record Snapshot(Path directory) implements ControlRequest {}

    /** The line that asks for it. */
    default List<String> fields() {
        return switch (this) {
            case Switch(String probe, boolean on) -> List.of(ControlLine.PROTOCOL, "set", on ? "on" : "off", probe);
            case Snapshot(Path directory) -> List.of(ControlLine.PROTOCOL, "snapshot", directory.toString());
        };
    }

    /** What a line asks for; null if it is none of ours. */
    static @Nullable ControlRequest of(List<String> fields) {
        if (fields.size() < 3 || !fields.getFirst().equals(ControlLine.PROTOCOL)) {
            return null;
        }
        return switch (fields.get(1)) {
            case "set" -> {
                boolean on = fields.get(2).equals("on");
                yield fields.size() == 4 && (on || fields.get(2).equals("off")) ? new Switch(fields.get(3), on) : null;
            }
            case "snapshot" -> {
                Path directory = path(fields.get(2));
                yield fields.size() == 3 && directory != null && directory.isAbsolute()
                        ? new Snapshot(directory)
                        : null;
            }
            default -> null;
        };
    }

    private static @Nullable Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null;
        }
    }
}
