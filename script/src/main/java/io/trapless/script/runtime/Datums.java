package io.trapless.script.runtime;

import io.trapless.language.checked.Settings;
import io.trapless.language.types.BitField;
import io.trapless.language.types.StructField;
import io.trapless.language.types.Type;
import io.trapless.script.map.Presenter;
import io.trapless.script.output.ByteText;
import io.trapless.script.output.Datum;
import io.trapless.script.output.DatumText;
import io.trapless.script.value.Blob;
import io.trapless.script.value.Tuple;
import java.util.ArrayList;
import java.util.List;

/** What is shown of a value, by its type. */
final class Datums implements Presenter {
    private final Settings settings;
    private final Targets targets;
    private final KnownProcesses processes;
    private final Clocks clocks;
    private final StackText stacks;

    Datums(Settings settings, Targets targets, KnownProcesses processes, Clocks clocks) {
        this.settings = settings;
        this.targets = targets;
        this.processes = processes;
        this.clocks = clocks;
        this.stacks = new StackText(settings, targets);
    }

    @Override
    public Datum present(Type type, Object value) {
        return switch (value) {
            case Datum ready -> ready;
            case Long number -> number(type, number);
            case String text -> new Datum.Text(type instanceof Type.Str string ? trailed(string, text) : text);
            case Blob bytes -> bytes(type, bytes);
            case Tuple tuple -> tuple(type, tuple);
            case SymbolValue symbol -> new Datum.Text(symbol(symbol));
            case TimeValue time -> new Datum.Text(TimeFormat.format(time.format(), clocks.wallTime(time.bootNanos())));
            case StackValue stack -> new Datum.Text(stacks.of(type, stack));
            default -> throw new IllegalArgumentException(value.getClass() + " can't be shown");
        };
    }

    private Datum number(Type type, long value) {
        return switch (type) {
            case Type.Bool _ -> new Datum.Bool(value != 0);
            case Type.Pointer _ -> new Datum.Symbol("0x" + Long.toHexString(value), value);
            case Type.Enumeration enumeration -> {
                String name = enumeration.definition().nameOf(value);
                yield new Datum.Symbol(name == null ? Long.toString(value) : ByteText.ofUnicode(name), value);
            }
            case Type.Special(Type.Special.Kind kind)
            when kind == Type.Special.Kind.USERNAME -> new Datum.Text(processes.userName(value));
            default -> new Datum.Int(value, type.isSigned());
        };
    }

    /** A string that fills the room that the settings give was probably cut. */
    private String trailed(Type.Str type, String text) {
        boolean cut = type.sizeBytes() == settings.maxStrlen() && text.length() >= type.sizeBytes() - 1;
        return cut ? text + ByteText.ofUnicode(settings.strTruncTrailer()) : text;
    }

    private Datum bytes(Type type, Blob bytes) {
        return switch (type) {
            case Type.Array(Type element, int length) -> {
                List<Datum> elements = new ArrayList<>();
                int size = element.sizeInBytes();
                for (int i = 0; i < length; i++) {
                    elements.add(present(element, MemoryImage.read(bytes, (long) i * size, element)));
                }
                yield new Datum.Array(elements);
            }
            case Type.Struct struct -> {
                List<Datum.Field> fields = new ArrayList<>();
                for (StructField field : struct.layout().fields()) {
                    fields.add(new Datum.Field(ByteText.ofUnicode(field.name()), field(field, bytes)));
                }
                yield new Datum.Struct(fields);
            }
            default -> new Datum.Buffer(bytes.bytes());
        };
    }

    private Datum field(StructField field, Blob bytes) {
        BitField bits = field.bits();
        Object value = bits == null
                ? MemoryImage.read(bytes, field.offsetBytes(), field.type())
                : (Object) bits.extract(bytes.integer(field.offsetBytes(), bits.readBytes(), false));
        return present(field.type(), value);
    }

    private Datum tuple(Type type, Tuple tuple) {
        if (type instanceof Type.NamedTuple(List<Type.NamedTuple.Field> fields)) {
            List<Datum.Field> shown = new ArrayList<>();
            for (int i = 0; i < fields.size(); i++) {
                shown.add(new Datum.Field(
                        ByteText.ofUnicode(fields.get(i).name()),
                        present(fields.get(i).type(), tuple.get(i))));
            }
            return new Datum.Struct(shown);
        }
        List<Type> types = Conversions.elements(type);
        List<Datum> shown = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            shown.add(present(types.get(i), tuple.get(i)));
        }
        return new Datum.Tuple(shown);
    }

    private String symbol(SymbolValue value) {
        if (value.name() != null) {
            return ByteText.ofUnicode(targets.readable(ByteText.toUnicode(value.name())));
        }
        Targets.Symbol symbol = targets.symbol(value.pid(), value.address());
        return symbol == null
                ? "0x" + Long.toHexString(value.address())
                : ByteText.ofUnicode(targets.readable(symbol.name()));
    }

    /** The text of a value, a byte string. */
    String text(Type type, Object value) {
        return DatumText.of(present(type, value));
    }
}
