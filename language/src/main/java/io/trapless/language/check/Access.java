package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.StringText;
import io.trapless.language.types.StructField;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;

/** Dereferences, fields and indices. A value that lies in memory is not read as a whole to get a part of it: its address is moved instead. */
final class Access {
    private final ActionState state;

    Access(ActionState state) {
        this.state = state;
    }

    /** {@code *operand}. */
    Term dereference(Term operand, Span span) {
        CheckedExpression node = operand.node();
        if (node instanceof CheckedExpression.AddressOf(CheckedExpression object, Type _, Span _)) {
            return Term.of(object);
        }
        return switch (operand.type()) {
            case Type.Pointer pointer -> Term.of(load(node, pointer.target(), span));
            case Type type when type.isInteger() -> Term.of(load(node, Types.UINT64, span));
            case Type.Struct s ->
                throw state.fail(
                        span, "Can not dereference struct/union of type '" + s.text() + "'. It is not a pointer.");
            case Type other ->
                throw state.fail(span, "The * operator can not be used on expressions of type '" + other.text() + "'");
        };
    }

    private CheckedExpression load(CheckedExpression address, Type target, Span span) {
        if (target instanceof Type.Nothing || target instanceof Type.None) {
            throw state.fail(
                    span, "Can not dereference type '" + target.text() + " *'. What it points to has no size.");
        }
        requireComplete(target, span);
        return new CheckedExpression.Load(address, null, target, span);
    }

    private void requireComplete(Type type, Span span) {
        if (type instanceof Type.Struct s && !s.layout().isComplete()) {
            throw state.fail(DebugTypes.hinted(state, state.error(span, "Unknown struct/union: '" + s.text() + "'")));
        }
    }

    /** {@code base.field}; pointers are followed. */
    Term field(Term base, String name, Span span) {
        CheckedExpression node = base.node();
        Type type = node.type();
        boolean pointed = false;
        while (type instanceof Type.Pointer pointer) {
            if (pointed) {
                node = new CheckedExpression.Load(node, null, type, span);
            }
            pointed = true;
            type = pointer.target();
        }
        if (type instanceof Type.NamedTuple record) {
            return recordField(base, pointed ? load(node, record, span) : node, record, name, span);
        }
        if (!(type instanceof Type.Struct struct)) {
            throw state.fail(span, "Can not access field '" + name + "' on expression of type '" + type.text() + "'");
        }
        requireComplete(type, span);
        StructField field = struct.layout().field(name);
        if (field == null) {
            throw state.fail(
                    span, "Struct/union of type '" + type.text() + "' does not contain a field named '" + name + "'");
        }
        return Term.of(member(node, pointed, field, span));
    }

    private static CheckedExpression member(CheckedExpression base, boolean pointed, StructField field, Span span) {
        Type.Pointer pointer = new Type.Pointer(field.type());
        if (pointed) {
            return new CheckedExpression.Load(
                    Arithmetics.offset(base, field.offsetBytes(), pointer, span), field.bits(), field.type(), span);
        }
        if (base instanceof CheckedExpression.Load load && load.bits() == null) {
            return new CheckedExpression.Load(
                    Arithmetics.offset(load.address(), field.offsetBytes(), pointer, span),
                    field.bits(),
                    field.type(),
                    span);
        }
        return new CheckedExpression.Member(base, field.offsetBytes(), field.bits(), field.type(), span);
    }

    private Term recordField(Term base, CheckedExpression node, Type.NamedTuple record, String name, Span span) {
        int index = record.indexOf(name);
        if (index < 0) {
            throw state.fail(span, "Record does not contain a field named '" + name + "'");
        }
        if (node instanceof CheckedExpression.RecordOf literal && base.literal()) {
            return Term.literal(literal.values().get(literal.places().indexOf(index)));
        }
        return Term.of(new CheckedExpression.Element(
                node, index, record.fields().get(index).type(), span));
    }

    /** {@code base.index} of a tuple. */
    Term element(Term base, long index, Span span) {
        if (!(base.type() instanceof Type.Tuple tuple)) {
            throw state.fail(
                    span,
                    "Can not access index '" + index + "' on expression of type '"
                            + base.type().text() + "'");
        }
        int count = tuple.elements().size();
        if (index < 0 || index >= count) {
            throw state.fail(
                    span,
                    "Invalid tuple index: " + Long.toUnsignedString(index) + ". Found " + count
                            + " elements in tuple.");
        }
        if (base.literal() && base.node() instanceof CheckedExpression.TupleOf literal) {
            return Term.literal(literal.elements().get((int) index));
        }
        return Term.of(new CheckedExpression.Element(
                base.node(), (int) index, tuple.elements().get((int) index), span));
    }

    /** {@code base[index]}. */
    Term index(Term base, Term index, Span span) {
        if (base.isTextLiteral() && index.isNaturalLiteral()) {
            byte[] bytes = StringText.bytes(base.text());
            if (Long.compareUnsigned(index.number(), bytes.length) <= 0) {
                int at = (int) index.number();
                return Literals.number(at == bytes.length ? 0 : bytes[at], false, span);
            }
        }
        return switch (base.type()) {
            case Type.Tuple _ -> {
                if (!index.isNaturalLiteral()) {
                    throw state.fail(span, "Array-style access for tuples only valid for integer literals");
                }
                yield element(base, index.number(), span);
            }
            case Type.Array array -> {
                requireIndex(index, array.length(), span);
                yield Term.of(arrayElement(base.node(), index.node(), array, span));
            }
            case Type.Pointer pointer -> {
                if (pointer.target() instanceof Type.Nothing || pointer.target().sizeInBytes() == 0) {
                    throw state.fail(
                            span,
                            "The array index operator [] cannot be used on a pointer to an unsized type (void *).");
                }
                requireIndex(index, 0, span);
                yield Term.of(load(
                        Arithmetics.element(base.node(), index.node(), pointer.target(), span),
                        pointer.target(),
                        span));
            }
            case Type.Str string -> {
                requireIndex(index, string.sizeBytes(), span);
                yield Term.of(new CheckedExpression.Indexed(base.node(), index.node(), Types.INT8, span));
            }
            case Type other ->
                throw state.fail(
                        span,
                        "The array index operator [] can only be used on arrays, pointers, and tuples, found "
                                + other.text() + ".");
        };
    }

    private void requireIndex(Term index, long count, Span span) {
        if (index.isNaturalLiteral()) {
            if (count != 0 && Long.compareUnsigned(index.number(), count) >= 0) {
                throw state.fail(
                        span,
                        "the index " + Long.toUnsignedString(index.number()) + " is out of bounds for array of size "
                                + count);
            }
            return;
        }
        Type type = index.type();
        boolean natural = type.isInteger() && (!type.isSigned() || (type instanceof Type.Int i && i.flexible()));
        if (!natural) {
            throw state.fail(
                    span, "The array index operator [] only accepts non-negative integer indices. Got: " + type.text());
        }
    }

    private static CheckedExpression arrayElement(
            CheckedExpression base, CheckedExpression index, Type.Array array, Span span) {
        boolean constant = index instanceof CheckedExpression.NumberConstant;
        if (base instanceof CheckedExpression.Load load && load.bits() == null && (constant || array.length() == 0)) {
            return new CheckedExpression.Load(
                    Arithmetics.element(load.address(), index, array.element(), span), null, array.element(), span);
        }
        return new CheckedExpression.Indexed(base, index, array.element(), span);
    }
}
