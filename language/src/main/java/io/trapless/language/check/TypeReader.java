package io.trapless.language.check;

import io.trapless.language.checked.Settings;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.TypeName;
import io.trapless.language.types.AggregateKind;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypeNames;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a written type means. */
final class TypeReader {
    /** Types of bpftrace's own that C does not know. Sizes of strings, buffers and addresses are filled in by their brackets. */
    private static final Map<String, Type> OWN = Map.ofEntries(
            Map.entry("string", new Type.Str(0)),
            Map.entry("buffer", new Type.Buf(0)),
            Map.entry("inet", new Type.Inet(16)),
            Map.entry("username_t", new Type.Special(Type.Special.Kind.USERNAME)),
            Map.entry("usym_t", new Type.Special(Type.Special.Kind.USYM)),
            Map.entry("timestamp", new Type.Special(Type.Special.Kind.TIMESTAMP)),
            Map.entry("macaddr_t", new Type.Special(Type.Special.Kind.MAC_ADDRESS)),
            Map.entry("mac_address", new Type.Special(Type.Special.Kind.MAC_ADDRESS)),
            Map.entry("count_t", new Type.Aggregate(AggregateKind.COUNT, false)),
            Map.entry("sum_t", new Type.Aggregate(AggregateKind.SUM, true)),
            Map.entry("min_t", new Type.Aggregate(AggregateKind.MIN, true)),
            Map.entry("max_t", new Type.Aggregate(AggregateKind.MAX, true)),
            Map.entry("avg_t", new Type.Aggregate(AggregateKind.AVG, true)),
            Map.entry("stats_t", new Type.Aggregate(AggregateKind.STATS, true)),
            Map.entry("usum_t", new Type.Aggregate(AggregateKind.SUM, false)),
            Map.entry("umin_t", new Type.Aggregate(AggregateKind.MIN, false)),
            Map.entry("umax_t", new Type.Aggregate(AggregateKind.MAX, false)),
            Map.entry("uavg_t", new Type.Aggregate(AggregateKind.AVG, false)),
            Map.entry("ustats_t", new Type.Aggregate(AggregateKind.STATS, false)),
            Map.entry("hist_t", new Type.Aggregate(AggregateKind.HIST, true)),
            Map.entry("lhist_t", new Type.Aggregate(AggregateKind.LHIST, true)),
            Map.entry("tseries_t", new Type.Aggregate(AggregateKind.TSERIES, true)));

    private static final int MAX_ARRAY_BYTES = 1 << 24;

    private final ActionState state;
    private final Settings settings;

    TypeReader(ActionState state) {
        this.state = state;
        this.settings = state.program.settings;
    }

    /** The type; reports what is not known. */
    Type read(TypeName name, Span span) {
        return switch (name) {
            case TypeName.Pointer p -> new Type.Pointer(read(p.target(), span));
            case TypeName.Array a -> array(a, span);
            case TypeName.Named n -> {
                Type type = find(n);
                if (type == null && "enum".equals(n.tag())) {
                    throw state.fail(span, "Unknown enum: " + n.name());
                }
                if (type == null) {
                    throw state.fail(DebugTypes.hinted(
                            state, state.error(span, "Cannot resolve unknown type \"" + n.text() + "\"")));
                }
                yield type;
            }
        };
    }

    private Type array(TypeName.Array array, Span span) {
        Type element = read(array.element(), span);
        long length = array.length();
        if (length < 0) {
            return element instanceof Type.Str || element instanceof Type.Buf ? element : new Type.Array(element, 0);
        }
        if (length * Math.max(1L, element.sizeInBytes()) > MAX_ARRAY_BYTES || length > MAX_ARRAY_BYTES) {
            throw state.fail(span, "the type '" + array.text() + "' is too large");
        }
        return switch (element) {
            case Type.Str s when s.sizeBytes() == 0 -> new Type.Str((int) length);
            case Type.Buf b when b.maxBytes() == 0 -> new Type.Buf((int) length);
            case Type.Inet _ -> new Type.Inet(length >= 24 ? 16 : 4);
            default -> new Type.Array(element, (int) length);
        };
    }

    /** The type of that name, or null. */
    @Nullable Type find(TypeName.Named name) {
        String tag = name.tag();
        if (tag == null) {
            Type own = OWN.get(name.name());
            if (own != null) {
                return own;
            }
            if (name.name().equals("ustack")) {
                return new Type.Stack(settings.stackMode(), 127);
            }
            Type typedef = state.program.definitions().typedef(name.name());
            if (typedef == null) {
                typedef = TypeNames.resolve(name);
            }
            return typedef != null ? typedef : state.program.options.facts().typedef(state.point, name.name());
        }
        if (tag.equals("enum")) {
            Type.Enumeration defined = state.program.definitions().enumeration(name.text());
            return defined != null ? defined : state.program.options.facts().enumeration(state.point, name.text());
        }
        StructLayout layout = state.program.definitions().struct(name.text());
        if (layout == null) {
            layout = state.program.options.facts().struct(state.point, name.text());
        }
        return layout == null ? null : new Type.Struct(layout);
    }
}
