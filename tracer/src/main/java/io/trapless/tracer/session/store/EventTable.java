package io.trapless.tracer.session.store;

import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.tracer.session.store.StoreException.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the records of a session mean: the {@code events} file, with all that a trace's schema needs beyond {@link SessionProperties}. Text, one fact a line, fields separated by tabs:
 *
 * <pre>
 *   trapless-events 1
 *   text    NAME  VALUE                                  an entry of the trace's environment
 *   number  NAME  VALUE
 *   event   ID  PID  plain|faultable  NAME  (FIELD KIND)*
 *   end     LINES
 * </pre>
 *
 * KIND is {@code i} or {@code u} with the size in bytes and the base ({@code i4.10}, {@code u8.16}), {@code f4} or {@code f8}, {@code text}, or {@code bytes}. In names and values, backslash,
 * tab and newline are {@code \\}, {@code \t} and {@code \n}.
 */
public record EventTable(Environment environment, List<EventType> events) {
    private static final String FIRST = "trapless-events 1";

    /** A trace can have no other. */
    private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    public EventTable {
        events = List.copyOf(events);
    }

    /** Writes it, replacing an older one in one step. Must be done before the first of its events is switched on. */
    public void write(SessionDirectory directory) throws StoreException {
        StringBuilder text =
                new StringBuilder(64 + 100 * events.size()).append(FIRST).append('\n');
        for (Environment.Entry entry : environment.entries()) {
            switch (entry) {
                case Environment.TextEntry t -> line(text, "text", t.name(), t.value());
                case Environment.NumberEntry n -> line(text, "number", n.name(), Long.toString(n.value()));
            }
        }
        for (EventType event : events) {
            text.append("event\t").append(event.id()).append('\t').append(event.pid());
            text.append(event.faultable() ? "\tfaultable\t" : "\tplain\t");
            escape(text, event.name());
            for (FieldType field : event.fields()) {
                text.append('\t');
                escape(text, field.name());
                text.append('\t').append(kindText(field.kind()));
            }
            text.append('\n');
        }
        int lines = 1 + environment.entries().size() + events.size();
        line(text, "end", Integer.toString(lines));
        directory.replace(SessionDirectory.EVENTS, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Reads that of a session. */
    public static EventTable read(SessionDirectory directory) throws StoreException {
        String text = new String(directory.read(SessionDirectory.EVENTS), StandardCharsets.UTF_8);
        try {
            return parse(text.split("\n", -1));
        } catch (RuntimeException e) {
            // Whatever a damaged value makes of a parser.
            throw new StoreException(
                    Reason.DAMAGED,
                    "the event table of session " + directory.name() + " is damaged (" + e.getMessage()
                            + "); its records have no meaning without it",
                    e);
        }
    }

    private static EventTable parse(String[] lines) {
        Environment.Builder environment = Environment.builder();
        List<EventType> events = new ArrayList<>();
        Set<Integer> ids = new HashSet<>();
        if (lines.length < 3
                || !lines[0].equals(FIRST)
                || !lines[lines.length - 2].equals("end\t" + (lines.length - 2))) {
            throw new IllegalArgumentException("it has no beginning or no end");
        }
        for (int i = 1; i < lines.length - 2; i++) {
            String[] words = lines[i].split("\t", -1);
            switch (words[0]) {
                case "text" -> environment.put(words[1], unescape(words[2]));
                case "number" -> environment.put(words[1], Long.parseLong(words[2]));
                case "event" -> {
                    EventType event = event(words);
                    if (!ids.add(event.id())) {
                        throw new IllegalArgumentException("two events " + event.id());
                    }
                    events.add(event);
                }
                default -> throw new IllegalArgumentException("line " + (i + 1));
            }
        }
        return new EventTable(environment.build(), events);
    }

    private static EventType event(String[] words) {
        List<FieldType> fields = new ArrayList<>();
        for (int i = 5; i < words.length; i += 2) {
            if (!FIELD_NAME.matcher(words[i]).matches()) {
                throw new IllegalArgumentException("field name " + words[i]);
            }
            fields.add(new FieldType(words[i], kind(words[i + 1])));
        }
        return new EventType(
                Integer.parseInt(words[1]),
                unescape(words[4]),
                Integer.parseInt(words[2]),
                fields,
                words[3].equals("faultable"));
    }

    private static String kindText(FieldKind kind) {
        return switch (kind) {
            case FieldKind.Int i -> (i.signed() ? "i" : "u") + i.sizeBytes() + "." + i.base();
            case FieldKind.Real r -> "f" + r.sizeBytes();
            case FieldKind.Text _ -> "text";
            case FieldKind.Bytes _ -> "bytes";
            case FieldKind.Addresses _ -> "addresses";
        };
    }

    private static FieldKind kind(String text) {
        return switch (text) {
            case "text" -> new FieldKind.Text();
            case "bytes" -> new FieldKind.Bytes();
            case "addresses" -> new FieldKind.Addresses();
            case "f4", "f8" -> new FieldKind.Real(text.charAt(1) - '0');
            default -> {
                char sign = text.charAt(0);
                if ((sign != 'i' && sign != 'u') || text.charAt(2) != '.') {
                    throw new IllegalArgumentException("kind " + text);
                }
                yield new FieldKind.Int(text.charAt(1) - '0', sign == 'i', Integer.parseInt(text.substring(3)));
            }
        };
    }

    private static void line(StringBuilder text, String... words) {
        for (int i = 0; i < words.length; i++) {
            if (i > 0) {
                text.append('\t');
            }
            escape(text, words[i]);
        }
        text.append('\n');
    }

    private static void escape(StringBuilder text, String value) {
        for (int i = 0; i < value.length(); i++) {
            switch (value.charAt(i)) {
                case '\\' -> text.append("\\\\");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                default -> text.append(value.charAt(i));
            }
        }
    }

    private static String unescape(String value) {
        if (value.indexOf('\\') < 0) {
            return value;
        }
        StringBuilder plain = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c != '\\') {
                plain.append(c);
                continue;
            }
            char escaped = value.charAt(++i);
            plain.append(
                    switch (escaped) {
                        case 't' -> '\t';
                        case 'n' -> '\n';
                        case '\\' -> '\\';
                        default -> throw new IllegalArgumentException("escape \\" + escaped);
                    });
        }
        return plain.toString();
    }
}
