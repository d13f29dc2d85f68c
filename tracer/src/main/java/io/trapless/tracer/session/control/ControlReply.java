package io.trapless.tracer.session.control;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a request ended.
 *
 * @param sentence for the user, one line
 */
public record ControlReply(Kind kind, String sentence) {
    /** How it ended. */
    public enum Kind {
        /** Done. */
        OK("ok"),
        /** It could not be done. */
        FAILED("failed"),
        /** It means nothing here. */
        USAGE("usage");

        private final String word;

        Kind(String word) {
            this.word = word;
        }
    }

    public static ControlReply ok(String sentence) {
        return new ControlReply(Kind.OK, sentence);
    }

    public static ControlReply failed(String sentence) {
        return new ControlReply(Kind.FAILED, sentence);
    }

    public static ControlReply usage(String sentence) {
        return new ControlReply(Kind.USAGE, sentence);
    }

    List<String> fields() {
        return List.of(kind.word, sentence);
    }

    /** What a line says; null if it is no reply. */
    static @Nullable ControlReply of(List<String> fields) {
        for (Kind kind : Kind.values()) {
            if (fields.size() == 2 && fields.getFirst().equals(kind.word)) {
                return new ControlReply(kind, fields.get(1));
            }
        }
        return null;
    }
}
