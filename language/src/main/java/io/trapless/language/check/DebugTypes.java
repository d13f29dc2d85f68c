package io.trapless.language.check;

import io.trapless.language.checked.CheckOptions;
import io.trapless.language.checked.CheckOptions.NamedArgument;
import io.trapless.language.checked.CheckOptions.Parameters;
import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.Conversion;
import io.trapless.language.checked.ProbeKind;
import io.trapless.language.diagnostic.Finding;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.slice.RegisterName;
import io.trapless.language.types.BitField;
import io.trapless.language.types.StructField;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What debugging information tells: a function's parameters by their names. */
final class DebugTypes {
    /** {@code argN} of these numbers are registers; the others lie above the return address. */
    private static final int REGISTERS = 6;

    private static final int WORD_BYTES = 8;

    private final ActionState state;

    DebugTypes(ActionState state) {
        this.state = state;
    }

    /** An error about a type that is not known, with the reason if debugging information could have told. */
    static Finding hinted(ActionState state, Finding error) {
        String reason = state.program.options.facts().withoutTypes(state.point);
        return reason == null ? error : error.hint(reason);
    }

    /** {@code args}: a record of literals, so that a field of it is the argument itself. Parameters that can't be read are not in it. */
    Term arguments(Span span) {
        List<CheckedExpression> values = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<Type.NamedTuple.Field> fields = new ArrayList<>();
        for (NamedArgument argument : parameters(span)) {
            CheckedExpression value = argument.name().isEmpty() ? null : value(argument, span);
            if (value != null) {
                places.add(values.size());
                values.add(value);
                fields.add(new Type.NamedTuple.Field(argument.name(), value.type()));
            }
        }
        return Term.literal(new CheckedExpression.RecordOf(values, places, new Type.NamedTuple(fields), span));
    }

    /** {@code args.name}. */
    Term argument(String name, Span span) {
        List<NamedArgument> parameters = parameters(span);
        for (NamedArgument argument : parameters) {
            if (!argument.name().equals(name)) {
                continue;
            }
            CheckedExpression value = value(argument, span);
            if (value == null) {
                throw state.fail(span, "Can not read parameter '" + name + "': " + reason(argument));
            }
            return value instanceof CheckedExpression.RecordOf ? Term.literal(value) : Term.of(value);
        }
        String known = parameters.stream()
                .map(NamedArgument::name)
                .filter(known1 -> !known1.isEmpty())
                .collect(Collectors.joining(", "));
        throw state.fail(state.error(span, "Cannot find function parameter '" + name + "'")
                .hint(known.isEmpty() ? "the function has no parameters" : "its parameters are " + known));
    }

    private static String reason(NamedArgument argument) {
        return argument.reason().isEmpty()
                ? "a value of type '" + argument.type().text() + "' in registers can't be taken apart"
                : argument.reason();
    }

    private List<NamedArgument> parameters(Span span) {
        if (!(state.kind instanceof ProbeKind.Uprobe)) {
            throw state.fail(
                    span,
                    "The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes ("
                            + state.kind.probeType() + " used here)");
        }
        CheckOptions.SiteFacts facts = state.program.options.facts();
        return switch (facts.parameters(state.point)) {
            case Parameters.Known known -> known.all();
            case Parameters.Unknown unknown ->
                throw state.fail(state.error(span, "Cannot read function parameters")
                        .hint(unknown.reason() + "; without it use arg0, arg1, ..."));
        };
    }

    /** Null if it can't be read. */
    private static @Nullable CheckedExpression value(NamedArgument argument, Span span) {
        Type type = argument.type();
        if (argument.first() == NamedArgument.UNREADABLE) {
            return null;
        }
        if (type.isScalar()) {
            return new CheckedExpression.Argument(argument.first(), type, span);
        }
        if (argument.first() >= REGISTERS) {
            // It lies in memory as a whole, where the ABI passes what registers have no room for.
            CheckedExpression stack = new CheckedExpression.Register(RegisterName.RSP, Types.UINT64, span);
            long offset = WORD_BYTES * (1L + argument.first() - REGISTERS);
            CheckedExpression address = new CheckedExpression.Binary(
                    BinaryOperator.ADD,
                    stack,
                    new CheckedExpression.NumberConstant(offset, Types.UINT64, span),
                    false,
                    new Type.Pointer(type),
                    span);
            return new CheckedExpression.Load(address, null, type, span);
        }
        return type instanceof Type.Struct struct ? fields(struct.layout(), argument.first(), 0, span) : null;
    }

    /** A structure in registers: a record of what stands in each. Null if a field can't be had so. */
    private static @Nullable CheckedExpression fields(StructLayout layout, int first, int base, Span span) {
        List<CheckedExpression> values = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<Type.NamedTuple.Field> types = new ArrayList<>();
        for (StructField field : layout.fields()) {
            int at = base + field.offsetBytes();
            CheckedExpression value = field.type() instanceof Type.Struct inner
                    ? fields(inner.layout(), first, at, span)
                    : scalar(field, first, at, span);
            if (value == null) {
                return null;
            }
            places.add(values.size());
            values.add(value);
            types.add(new Type.NamedTuple.Field(field.name(), value.type()));
        }
        return values.isEmpty()
                ? null
                : new CheckedExpression.RecordOf(values, places, new Type.NamedTuple(types), span);
    }

    private static @Nullable CheckedExpression scalar(StructField field, int first, int at, Span span) {
        Type type = field.type();
        BitField bits = field.bits();
        int shift = 8 * (at % WORD_BYTES) + (bits == null ? 0 : bits.shiftBits());
        int width = bits == null ? 8 * type.sizeInBytes() : bits.widthBits();
        if (!type.isScalar() || shift + width > Long.SIZE) {
            return null;
        }
        CheckedExpression word = new CheckedExpression.Argument(first + at / WORD_BYTES, Types.UINT64, span);
        CheckedExpression high = shifted(word, BinaryOperator.SHIFT_LEFT, Long.SIZE - shift - width, false, span);
        CheckedExpression value = shifted(high, BinaryOperator.SHIFT_RIGHT, Long.SIZE - width, type.isSigned(), span);
        return new CheckedExpression.Convert(
                type instanceof Type.Bool ? Conversion.TRUTH : Conversion.NUMBER, value, type, span);
    }

    private static CheckedExpression shifted(
            CheckedExpression value, BinaryOperator operator, int bits, boolean signed, Span span) {
        return bits == 0
                ? value
                : new CheckedExpression.Binary(
                        operator,
                        value,
                        new CheckedExpression.NumberConstant(bits, Types.UINT8, span),
                        signed,
                        signed ? Types.INT64 : Types.UINT64,
                        span);
    }
}
