package io.trapless.tracer.session;

import io.trapless.binary.elf.ElfException;
import io.trapless.binary.symbol.NamedAddresses.NamedAddress;
import io.trapless.language.slice.Aggregation;
import io.trapless.language.slice.Capture;
import io.trapless.language.slice.CaptureProgram;
import io.trapless.language.slice.MirrorStore;
import io.trapless.language.slice.Value;
import io.trapless.tracer.resolve.ModuleImage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts addresses in the place of symbols: they are known as soon as it is known where a site's module lies. */
final class SymbolValues {
    private final ModuleImage module;

    private SymbolValues(ModuleImage module) {
        this.module = module;
    }

    /**
     * The same program with the addresses of {@code module}'s symbols; as it is if it names none.
     *
     * @throws ElfException the module's file can't be read
     */
    static CaptureProgram bind(CaptureProgram program, ModuleImage module) throws ElfException {
        SymbolValues values = new SymbolValues(module);
        Value filter = program.filter();
        List<Capture> captures = new ArrayList<>();
        for (Capture capture : program.captures()) {
            captures.add(new Capture(capture.name(), capture.type(), values.in(capture.value())));
        }
        return new CaptureProgram(
                program.probes(),
                filter == null ? null : values.in(filter),
                captures,
                program.allArguments(),
                values.in(program.aggregation()),
                values.in(program.stores()));
    }

    private @Nullable Aggregation in(@Nullable Aggregation aggregation) throws ElfException {
        if (aggregation == null) {
            return null;
        }
        Value value = aggregation.value();
        return new Aggregation(aggregation.table(), all(aggregation.keys()), value == null ? null : in(value));
    }

    private List<MirrorStore> in(List<MirrorStore> stores) throws ElfException {
        List<MirrorStore> bound = new ArrayList<>();
        for (MirrorStore store : stores) {
            bound.add(new MirrorStore(store.mirror(), store.map(), all(store.keys()), in(store.value())));
        }
        return bound;
    }

    private List<Value> all(List<Value> values) throws ElfException {
        List<Value> bound = new ArrayList<>();
        for (Value value : values) {
            bound.add(in(value));
        }
        return bound;
    }

    private Value in(Value value) throws ElfException {
        return switch (value) {
            case Value.Symbol(String name) -> address(name);
            case Value.Argument _,
                    Value.Register _,
                    Value.Constant _,
                    Value.Context _,
                    Value.UserStack _,
                    Value.StackImage _ -> value;
            case Value.Load l -> new Value.Load(in(l.address()), l.sizeBytes(), l.signed());
            case Value.Unary u -> new Value.Unary(u.operator(), in(u.operand()));
            case Value.Binary b -> new Value.Binary(b.operator(), in(b.left()), in(b.right()), b.signedOperation());
            case Value.Conditional c -> new Value.Conditional(in(c.condition()), in(c.whenTrue()), in(c.whenFalse()));
            case Value.Cast c -> new Value.Cast(in(c.operand()), c.sizeBytes(), c.signed());
            case Value.StringEquals s -> new Value.StringEquals(in(s.string()), s.literal());
            case Value.StringAt s -> in(s);
            case Value.Mirrored m -> new Value.Mirrored(m.mirror(), m.map(), all(m.keys()));
            case Value.BytesAt b -> new Value.BytesAt(in(b.address()), in(b.length()), b.maxBytes());
        };
    }

    private Value.StringAt in(Value.StringAt string) throws ElfException {
        return new Value.StringAt(in(string.address()), string.maxBytes());
    }

    private Value address(String name) throws ElfException {
        NamedAddress symbol = module.file().namedAddresses().of(name);
        return new Value.Constant(symbol == null ? 0 : symbol.address() + module.loadBias(), Long.BYTES, false);
    }
}
