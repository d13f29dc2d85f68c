package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedExpression.Conversion;
import io.trapless.language.checked.Function;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.slice.BinaryOperator;
import io.trapless.language.syntax.Expression;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.List;

/** Functions on numbers, addresses and bytes. */
final class ValueCalls {
    private static final Type MAC = new Type.Array(Types.UINT8, 6);

    private final ActionState state;
    private final Expressions expressions;

    ValueCalls(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
    }

    Term bswap(Expression.Call call) {
        Term number = Calls.checked(state, expressions, call, 1, 1).getFirst();
        if (!number.type().isInteger()) {
            throw Calls.unsupported(state, call, "integer", number.type());
        }
        Type type = new Type.Int(number.type().sizeInBytes(), false);
        return Term.of(new CheckedExpression.Call(
                Function.BSWAP,
                List.of(new CheckedExpression.Convert(Conversion.NUMBER, number.node(), type, call.span())),
                type,
                call.span()));
    }

    Term ntop(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 1, 2);
        if (arguments.size() == 2 && !arguments.getFirst().type().isInteger()) {
            throw Calls.unsupported(state, call, "int", arguments.getFirst().type());
        }
        Term address = arguments.getLast();
        Type type = address.type();
        boolean bytes = type instanceof Type.Array || type instanceof Type.Str;
        if (!type.isInteger() && !bytes) {
            throw state.fail(call.span(), "ntop() expects an integer or array argument, got " + type.family());
        }
        if (bytes && type.sizeInBytes() != 4 && type.sizeInBytes() != 16) {
            throw state.fail(call.span(), "ntop() argument must be 4 or 16 bytes in size");
        }
        int size = bytes ? type.sizeInBytes() : 4;
        return Term.of(
                new CheckedExpression.Call(Function.NTOP, List.of(address.node()), new Type.Inet(size), call.span()));
    }

    Term pton(Expression.Call call) {
        Term text = Calls.checked(state, expressions, call, 1, 1).getFirst();
        if (!text.isTextLiteral()) {
            throw state.fail(call.span(), "pton() expects an string literal at the first argument");
        }
        String address = text.text();
        if (!address.contains(".") && !address.contains(":")) {
            throw state.fail(call.span(), "pton() expects an string argument of an IPv4/IPv6 address, got " + address);
        }
        List<Byte> bytes = InternetAddresses.parse(address);
        if (bytes == null) {
            throw state.fail(call.span(), "pton() expects a valid IPv4/IPv6 address, got " + address);
        }
        return Term.of(
                new CheckedExpression.BytesConstant(bytes, new Type.Array(Types.UINT8, bytes.size()), call.span()));
    }

    Term macaddr(Expression.Call call) {
        Term address = Calls.checked(state, expressions, call, 1, 1).getFirst();
        Type type = address.type();
        boolean bytes = type instanceof Type.Array || type instanceof Type.Str || type instanceof Type.Buf;
        if (!type.isInteger() && !(type instanceof Type.Pointer) && !bytes) {
            throw state.fail(
                    call.span(), "macaddr() only supports array or pointer arguments (" + type.family() + " provided)");
        }
        if (address.isTextLiteral()) {
            throw state.fail(call.span(), "macaddr() does not support literal string arguments");
        }
        if (bytes && type.sizeInBytes() < 6) {
            throw state.fail(call.span(), "macaddr() argument must be at least 6 bytes in size");
        }
        CheckedExpression node =
                bytes ? address.node() : new CheckedExpression.Load(address.node(), null, MAC, call.span());
        return Term.of(new CheckedExpression.Call(
                Function.MACADDR, List.of(node), new Type.Special(Type.Special.Kind.MAC_ADDRESS), call.span()));
    }

    Term memcmp(Expression.Call call) {
        List<Term> arguments = Calls.checked(state, expressions, call, 3, 3);
        if (!arguments.get(2).type().isInteger()) {
            throw Calls.unsupported(state, call, "int", arguments.get(2).type());
        }
        List<CheckedExpression> nodes = new ArrayList<>();
        for (Term argument : arguments) {
            expressions.requireValue(argument, call.span());
            nodes.add(Conversions.plain(argument.node()));
        }
        return Term.of(new CheckedExpression.Call(Function.MEMCMP, nodes, Types.INT32, call.span()));
    }

    Term usym(Expression.Call call) {
        Term address = Calls.checked(state, expressions, call, 1, 1).getFirst();
        if (!address.type().isInteger() && !(address.type() instanceof Type.Pointer)) {
            throw state.fail(call.span(), "usym() expects an integer or pointer argument");
        }
        return Term.of(new CheckedExpression.Call(
                Function.USYM, List.of(address.node()), new Type.Special(Type.Special.Kind.USYM), call.span()));
    }

    /** Whether an address is an error of the kernel's: -4095 to -1. */
    Term isError(Expression.Call call) {
        Term address = Calls.checked(state, expressions, call, 1, 1).getFirst();
        if (!address.type().isScalar()) {
            throw Calls.unsupported(state, call, "integer or pointer", address.type());
        }
        Span span = call.span();
        CheckedExpression limit = new CheckedExpression.NumberConstant(-4096, Types.INT64, span);
        return Term.of(new CheckedExpression.Binary(
                BinaryOperator.GREATER,
                new CheckedExpression.Convert(Conversion.NUMBER, address.node(), Types.UINT64, span),
                new CheckedExpression.Convert(Conversion.NUMBER, limit, Types.UINT64, span),
                false,
                Types.BOOL,
                span));
    }
}
