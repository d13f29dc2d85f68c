package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.BinaryOperatorSyntax;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.StringText;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code str}, {@code buf} and {@code uptr}: what lies behind an address. */
final class MemoryCalls {
    /** Bytes that bpftrace keeps beside a buffer's own. */
    private static final int BUFFER_HEADER = 4;

    private final ActionState state;
    private final Expressions expressions;

    MemoryCalls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    Term str(Expression.Call call) {
        Arguments.requireCount(state, call, 1, 2);
        List<Expression> arguments = Arguments.expressions(state, call);
        Term source = source(arguments.getFirst());
        Term limit = arguments.size() == 2 ? expressions.check(arguments.get(1)) : null;
        Span span = call.span();
        Term folded = folded(source, limit, span);
        if (folded != null) {
            return folded;
        }
        Type type = source.type();
        if (!(type instanceof Type.Str) && !type.isInteger() && !(type instanceof Type.Pointer)) {
            throw state.fail(
                    span,
                    "str() expects a string, integer or a pointer type as first argument (" + type.text()
                            + " provided)");
        }
        int size = size(limit, call);
        if (limit != null && !limit.type().isInteger()) {
            throw Calls.unsupported(state, call, "int", limit.type());
        }
        Type.Str result = new Type.Str(size);
        if (type instanceof Type.Str) {
            return Term.of(
                    new CheckedExpression.Convert(CheckedExpression.Conversion.STRING, source.node(), result, span));
        }
        // A limit beyond the room has been warned of, and has no effect.
        boolean limits = limit != null && !(limit.isNaturalLiteral() && limit.number() >= size);
        return Term.of(new CheckedExpression.ReadString(
                source.node(), limits && limit != null ? limit.node() : null, result, span));
    }

    private int size(@Nullable Term limit, Expression.Call call) {
        int max = state.program.settings.maxStrlen();
        if (limit == null || !limit.isIntegerLiteral()) {
            return max;
        }
        if (!limit.isNaturalLiteral()) {
            throw state.fail(call.span(), "str() cannot use negative length (" + limit.number() + ")");
        }
        if (Long.compareUnsigned(limit.number(), max - 1L) > 0) {
            state.warn(
                    call.span(),
                    "length param (" + Long.toUnsignedString(limit.number())
                            + ") is too long and will be shortened to " + max
                            + " bytes (see BPFTRACE_MAX_STRLEN)");
            return max;
        }
        return (int) limit.number() + 1;
    }

    /** A positional parameter is the string that was given here, not the number that it may be. */
    private Term source(Expression expression) {
        if (expression instanceof Expression.Positional p) {
            return Literals.text(Positionals.text(state, p.number()), p.span());
        }
        if (expression
                        instanceof
                        Expression.Binary(
                                BinaryOperatorSyntax operator,
                                Expression.Positional p,
                                Expression right,
                                Span span)
                && operator == BinaryOperatorSyntax.ADD) {
            Term text = Literals.text(Positionals.text(state, p.number()), p.span());
            return expressions.operators().binary(operator, text, expressions.check(right), span);
        }
        return expressions.check(expression);
    }

    /** A literal is the string that it shows; a number of one literal is written out. */
    private static @Nullable Term folded(Term source, @Nullable Term limit, Span span) {
        String text;
        if (source.isTextLiteral()) {
            text = source.text();
        } else if (source.isIntegerLiteral()) {
            text = source.isNaturalLiteral() ? Long.toUnsignedString(source.number()) : Long.toString(source.number());
        } else {
            return null;
        }
        if (limit == null) {
            return Literals.text(text, span);
        }
        if (!limit.isNaturalLiteral()) {
            return null;
        }
        boolean longer = Long.compareUnsigned(text.length(), limit.number()) >= 0;
        return Literals.text(longer ? text.substring(0, (int) limit.number()) : text, span);
    }

    Term buf(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 1, 2);
        Term source = arguments.getFirst();
        Type type = source.type();
        Span span = call.span();
        boolean readable = type.isInteger()
                || type instanceof Type.Str
                || type instanceof Type.Pointer
                || type instanceof Type.Array;
        if (!readable) {
            throw state.fail(span, "buf() expects an integer, string, or array argument but saw " + type.family());
        }
        int max = Math.max(1, state.program.settings.maxStrlen() - BUFFER_HEADER);
        if (arguments.size() == 1) {
            if (!(type instanceof Type.Array)) {
                throw state.fail(span, "buf() expects a length argument for non-array type " + type.family());
            }
            Type.Buf whole = new Type.Buf(Math.min(type.sizeInBytes(), max));
            if (source.node() instanceof CheckedExpression.Load load && load.bits() == null) {
                return Term.of(new CheckedExpression.ReadBytes(
                        load.address(),
                        Literals.number(whole.maxBytes(), false, span).node(),
                        whole,
                        span));
            }
            return Term.of(new CheckedExpression.BufferOf(source.node(), whole, span));
        }
        Term length = arguments.get(1);
        if (!length.type().isInteger()) {
            throw Calls.unsupported(state, call, "int", length.type());
        }
        if (length.isIntegerLiteral() && !length.isNaturalLiteral()) {
            throw state.fail(span, "buf() cannot use negative length (" + length.number() + ")");
        }
        int size = length.isNaturalLiteral() && Long.compareUnsigned(length.number(), max) < 0
                ? (int) length.number()
                : max;
        Type.Buf result = new Type.Buf(size);
        CheckedExpression bounded = length.isNaturalLiteral()
                ? Literals.number(size, false, length.span()).node()
                : length.node();
        if (source.isTextLiteral()) {
            return Term.of(new CheckedExpression.BufferOf(bytes(source.text(), size, span), result, span));
        }
        if (type instanceof Type.Array || type instanceof Type.Str) {
            if (source.node() instanceof CheckedExpression.Load load && load.bits() == null) {
                return Term.of(new CheckedExpression.ReadBytes(load.address(), bounded, result, span));
            }
            return Term.of(new CheckedExpression.BufferOf(source.node(), result, span));
        }
        return Term.of(new CheckedExpression.ReadBytes(source.node(), bounded, result, span));
    }

    private static CheckedExpression bytes(String text, int size, Span span) {
        byte[] raw = StringText.bytes(text);
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < Math.min(size, raw.length + 1); i++) {
            bytes.add(i < raw.length ? raw[i] : (byte) 0);
        }
        return new CheckedExpression.BytesConstant(bytes, new Type.Array(Types.INT8, bytes.size()), span);
    }

    /** Marks an address as one of the process: here all are. */
    Term uptr(Expression.Call call) {
        Term address = Calls.checked(state, expressions, call, 1, 1).getFirst();
        if (!address.type().isInteger() && !(address.type() instanceof Type.Pointer)) {
            throw Calls.unsupported(state, call, "integer or pointer", address.type());
        }
        return Term.of(address.node());
    }
}
