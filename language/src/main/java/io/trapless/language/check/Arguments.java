package io.trapless.language.check;

import io.trapless.language.syntax.Expression;
import java.util.ArrayList;
import java.util.List;

/** Arguments of calls: how many, and of what form. */
final class Arguments {
    private static final String TYPE_ARGUMENT =
            "When used as a call argument, `typeof` builtin only valid for macro calls that are expecting a type parameter";

    private Arguments() {}

    /** All arguments as expressions; reports a type among them. */
    static List<Expression> expressions(ActionState state, Expression.Call call) {
        List<Expression> expressions = new ArrayList<>();
        for (Expression.Argument argument : call.arguments()) {
            switch (argument) {
                case Expression.Argument.OfExpression(Expression e) -> expressions.add(e);
                case Expression.Argument.OfType(Expression.TypeOperand type) ->
                    throw state.fail(type.span(), TYPE_ARGUMENT);
            }
        }
        return expressions;
    }

    /** Reports a wrong number of arguments in bpftrace's words. */
    static void requireCount(ActionState state, Expression.Call call, int min, int max) {
        int count = call.arguments().size();
        String name = call.function();
        if (min == max) {
            if (count != min) {
                String wanted = min == 0 ? "no arguments" : min == 1 ? "one argument" : min + " arguments";
                throw state.fail(call.span(), name + "() requires " + wanted + " (" + count + " provided)");
            }
            return;
        }
        if (count < min) {
            String wanted = min == 1 ? "one argument" : min + " arguments";
            throw state.fail(call.span(), name + "() requires at least " + wanted + " (" + count + " provided)");
        }
        if (count > max) {
            String wanted = max == 0 ? "no arguments" : max == 1 ? "one argument" : max + " arguments";
            String verb = max == 0 ? "() requires " : "() takes up to ";
            throw state.fail(call.span(), name + verb + wanted + " (" + count + " provided)");
        }
    }
}
