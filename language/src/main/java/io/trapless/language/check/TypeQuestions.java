package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.StructField;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.List;

/** {@code offsetof} and {@code typeinfo}. */
final class TypeQuestions {
    private TypeQuestions() {}

    static Term offsetOf(ActionState state, Type type, List<String> path, Span span) {
        Type at = type;
        long offset = 0;
        for (String name : path) {
            if (!(at instanceof Type.Struct struct)) {
                throw state.fail(span, "'" + at.text() + "' is not a C type.");
            }
            if (!struct.layout().isComplete()) {
                throw state.fail(span, "'" + at.text() + "' does not exist.");
            }
            StructField field = struct.layout().field(name);
            if (field == null) {
                throw state.fail(span, "'" + at.text() + "' has no field named '" + name + "'");
            }
            offset += field.offsetBytes();
            at = field.type();
        }
        return Literals.number(offset, false, span);
    }

    /** A record of literals. */
    static Term typeInfo(Type type, Span span) {
        Term family = Literals.text(type.family(), span);
        Term full = Literals.text(type.text(), span);
        Type.NamedTuple record = new Type.NamedTuple(List.of(
                new Type.NamedTuple.Field("btf_id", Types.UINT64),
                new Type.NamedTuple.Field("base_type", family.type()),
                new Type.NamedTuple.Field("full_type", full.type())));
        return Term.literal(new CheckedExpression.RecordOf(
                List.of(new CheckedExpression.NumberConstant(0, Types.UINT64, span), family.node(), full.node()),
                List.of(0, 1, 2),
                record,
                span));
    }
}
