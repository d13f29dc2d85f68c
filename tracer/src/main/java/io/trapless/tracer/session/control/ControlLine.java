package io.trapless.tracer.session.control;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of the protocol: UTF-8, fields separated by tabs, ended by a newline, at most {@link #MAX_BYTES} with it. In a field, backslash, tab and newline are {@code \\}, {@code \t} and {@code \n}.
 *
 * <pre>
 *   to the recorder     trapless-control 1  set  on|off  PROBE
 *                       trapless-control 1  snapshot  DIRECTORY
 *   back                ok  SENTENCE
 *                       failed  SENTENCE
 *                       usage  SENTENCE
 * </pre>
 *
 * A connection carries one line each way, and is then closed by the recorder.
 */
final class ControlLine {
    static final String PROTOCOL = "trapless-control 1";
    static final int MAX_BYTES = 64 << 10;

    private ControlLine() {}

    static byte[] encode(List<String> fields) {
        StringBuilder line = new StringBuilder();
        for (String field : fields) {
            if (!line.isEmpty()) {
                line.append('\t');
            }
            line.append(field.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n"));
        }
        return line.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The fields of a line without its newline; what is no escape stands for itself. */
    static List<String> decode(byte[] line, int length) {
        List<String> fields = new ArrayList<>();
        for (String field : new String(line, 0, length, StandardCharsets.UTF_8).split("\t", -1)) {
            StringBuilder plain = new StringBuilder(field.length());
            for (int i = 0; i < field.length(); i++) {
                char c = field.charAt(i);
                char next = c == '\\' && i + 1 < field.length() ? field.charAt(i + 1) : 0;
                switch (next) {
                    case '\\' -> plain.append('\\');
                    case 't' -> plain.append('\t');
                    case 'n' -> plain.append('\n');
                    default -> plain.append(c);
                }
                i += next == '\\' || next == 't' || next == 'n' ? 1 : 0;
            }
            fields.add(plain.toString());
        }
        return fields;
    }
}
