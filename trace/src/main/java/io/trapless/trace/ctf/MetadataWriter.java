package io.trapless.trace.ctf;

import io.trapless.trace.event.Environment;
import io.trapless.trace.event.EventType;
import io.trapless.trace.event.FieldKind;
import io.trapless.trace.event.FieldType;
import io.trapless.trace.event.TraceClock;
import io.trapless.trace.event.TraceSchema;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * A schema as CTF 1.8 metadata (TSDL, specification section 7.3 and appendix C).
 *
 * <p>Field names get one underscore in front, as LTTng does it: readers take it off again, and no name can collide with a TSDL keyword. An event's process id travels in its
 * {@code model.emf.uri}, the one free attribute that an event has.
 */
public final class MetadataWriter {
    /** What an event's {@code model.emf.uri} begins with; the decimal process id follows. */
    static final String PID_URI = "trapless:pid:";

    private static final String TYPES = """
            /* CTF 1.8 */

            typealias integer { size = 8; align = 8; signed = false; } := u8;
            typealias integer { size = 16; align = 8; signed = false; } := u16;
            typealias integer { size = 32; align = 8; signed = false; } := u32;
            typealias integer { size = 64; align = 8; signed = false; } := u64;
            typealias integer { size = 8; align = 8; signed = true; } := s8;
            typealias integer { size = 16; align = 8; signed = true; } := s16;
            typealias integer { size = 32; align = 8; signed = true; } := s32;
            typealias integer { size = 64; align = 8; signed = true; } := s64;
            typealias integer { size = 8; align = 8; signed = false; base = 16; } := x8;
            typealias integer { size = 16; align = 8; signed = false; base = 16; } := x16;
            typealias integer { size = 32; align = 8; signed = false; base = 16; } := x32;
            typealias integer { size = 64; align = 8; signed = false; base = 16; } := x64;
            typealias integer { size = 8; align = 8; signed = true; base = 16; } := sx8;
            typealias integer { size = 16; align = 8; signed = true; base = 16; } := sx16;
            typealias integer { size = 32; align = 8; signed = true; base = 16; } := sx32;
            typealias integer { size = 64; align = 8; signed = true; base = 16; } := sx64;
            typealias floating_point { exp_dig = 8; mant_dig = 24; align = 8; } := f32;
            typealias floating_point { exp_dig = 11; mant_dig = 53; align = 8; } := f64;

            """;

    private static final String STREAM = """
            typealias integer { size = 48; align = 8; signed = false; map = clock.tsc.value; } := tsc48;
            typealias integer { size = 64; align = 8; signed = false; map = clock.tsc.value; } := tsc64;

            stream {
            \tid = 0;
            \tevent.header := struct { u16 id; tsc48 timestamp; };
            \tevent.context := struct { s32 _tid; s32 _pid; };
            \tpacket.context := struct {
            \t\ttsc64 timestamp_begin;
            \t\ttsc64 timestamp_end;
            \t\tu64 content_size;
            \t\tu64 packet_size;
            \t\tu64 packet_seq_num;
            \t\tu64 events_discarded;
            \t\tu32 cpu_id;
            \t\tu32 ring_kind;
            \t};
            };
            """;

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z0-9_]+");

    private final StringBuilder text;

    private MetadataWriter(int events) {
        text = new StringBuilder(4096 + events * 160);
    }

    /** The text of the file {@code metadata}, UTF-8. */
    public static byte[] write(TraceSchema schema) {
        MetadataWriter writer = new MetadataWriter(schema.events().size());
        writer.text.append(TYPES);
        writer.trace(schema);
        writer.environment(schema.environment());
        writer.clock(schema);
        writer.text.append(STREAM);
        for (EventType event : schema.events()) {
            writer.event(event);
        }
        return writer.text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private void trace(TraceSchema schema) {
        text.append("trace {\n\tmajor = 1;\n\tminor = 8;\n\tuuid = \"").append(schema.uuid());
        text.append(
                "\";\n\tbyte_order = le;\n\tpacket.header := struct { u32 magic; u8 uuid[16]; u32 stream_id; };\n};\n\n");
    }

    private void environment(Environment environment) {
        if (environment.entries().isEmpty()) {
            return;
        }
        text.append("env {\n");
        for (Environment.Entry entry : environment.entries()) {
            text.append('\t').append(entry.name()).append(" = ");
            switch (entry) {
                case Environment.TextEntry value -> quote(value.value());
                case Environment.NumberEntry value -> text.append(value.value());
            }
            text.append(";\n");
        }
        text.append("};\n\n");
    }

    private void clock(TraceSchema schema) {
        TraceClock clock = schema.clock();
        text.append("clock {\n\tname = tsc;\n\tdescription = \"time stamp counter\";\n\tuuid = \"")
                .append(schema.uuid());
        text.append("\";\n\tfreq = ").append(clock.frequencyHz());
        text.append(";\n\toffset_s = ").append(clock.offsetSeconds());
        text.append(";\n\toffset = ").append(clock.offsetCycles()).append(";\n\tabsolute = true;\n};\n\n");
    }

    private void event(EventType event) {
        text.append("\nevent {\n\tname = ");
        quote(event.name());
        text.append(";\n\tid = ").append(event.id()).append(";\n\tstream_id = 0;\n");
        if (event.pid() != EventType.NO_PID) {
            text.append("\tmodel.emf.uri = \"")
                    .append(PID_URI)
                    .append(event.pid())
                    .append("\";\n");
        }
        text.append("\tfields := struct {");
        if (event.faultable()) {
            text.append(" x16 __fault; x16 __cut;");
        }
        for (FieldType field : event.fields()) {
            field(field);
        }
        text.append(" };\n};\n");
    }

    private void field(FieldType field) {
        String name = field.name();
        if (!IDENTIFIER.matcher(name).matches()) {
            throw new IllegalArgumentException("the field name " + name + " is no C identifier");
        }
        switch (field.kind()) {
            case FieldKind.Int kind -> {
                text.append(kind.signed() ? " s" : kind.base() == 16 ? " " : " u");
                text.append(kind.base() == 16 ? "x" : "").append(kind.sizeBytes() * Byte.SIZE);
                text.append(" _").append(name);
            }
            case FieldKind.Real kind ->
                text.append(kind.sizeBytes() == 4 ? " f32 _" : " f64 _").append(name);
            case FieldKind.Text _ -> text.append(" string _").append(name);
            case FieldKind.Bytes _ -> {
                text.append(" u16 __").append(name).append("_length; x8 _").append(name);
                text.append("[__").append(name).append("_length]");
            }
            case FieldKind.Addresses _ -> {
                text.append(" u16 __").append(name).append("_length; x64 _").append(name);
                text.append("[__").append(name).append("_length]");
            }
        }
        text.append(';');
    }

    /** A C string literal. */
    private void quote(String value) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c == '\n') {
                text.append("\\n");
            } else if (c < ' ' || c == 0x7F) {
                text.append('\\')
                        .append((char) ('0' + (c >> 6)))
                        .append((char) ('0' + (c >> 3 & 7)))
                        .append((char) ('0' + (c & 7)));
            } else {
                text.append(c);
            }
        }
        text.append('"');
    }
}
