package io.trapless.language.slice;

import io.trapless.language.diagnostic.Diagnostic;
import io.trapless.language.diagnostic.Problem;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Suggestion;
import io.trapless.language.types.Builtins;
import io.trapless.language.types.StackMode;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.List;

/** The functions that run in the target: {@code reg}, {@code str}, {@code buf}, {@code ustack}. */
final class CallLowering {
    private final Lowering lowering;

    CallLowering(Lowering lowering) {
        this.lowering = lowering;
    }

    Operand call(Expression.Call call) {
        return switch (call.function()) {
            case "reg" -> reg(call);
            case "str" -> str(call);
            case "buf" -> buf(call);
            case "ustack" -> stack(call);
            default -> throw new Rejected(unavailable(call));
        };
    }

    private static Diagnostic unavailable(Expression.Call call) {
        String name = call.function();
        return switch (Builtins.function(name)) {
            case Builtins.Availability.Kernel kernel ->
                Problem.KERNEL_NAME.at(call.functionSpan(), name + "()", kernel.reason());
            case Builtins.Availability.Outside outside ->
                Problem.NOT_YET_IN_RECORD.at(call.functionSpan(), name + "()").hint(outside.hint());
            case null, default -> unknown(call);
        };
    }

    private static Diagnostic unknown(Expression.Call call) {
        String name = call.function();
        if (Builtins.name(name) != null || Lowering.argumentIndex(name) >= 0) {
            return Problem.NAME_NOT_CALLABLE.at(call.functionSpan(), name).hint("write it without parentheses");
        }
        String near = Suggestion.nearest(name, Builtins.functionSuggestions());
        return Problem.UNKNOWN_FUNCTION
                .at(call.functionSpan(), "'" + name + "'")
                .hint(
                        near != null
                                ? "did you mean '" + near + "'?"
                                : "the functions are str, buf, reg, ustack and sizeof");
    }

    private static List<Expression> arguments(Expression.Call call, int min, int max, String usage) {
        List<Expression> arguments = new ArrayList<>();
        for (Expression.Argument argument : call.arguments()) {
            if (!(argument instanceof Expression.Argument.OfExpression e)) {
                throw new Rejected(Problem.NOT_IN_CLAUSE
                        .at(call.span(), "typeof as an argument")
                        .hint(usage));
            }
            arguments.add(e.expression());
        }
        if (arguments.size() < min || arguments.size() > max) {
            String wanted = (min == max ? "" : min + " or ") + max + (max == 1 ? " argument" : " arguments");
            throw new Rejected(Problem.ARGUMENT_COUNT
                    .at(call.span(), call.function() + "()", wanted, arguments.size())
                    .hint(usage));
        }
        return arguments;
    }

    /** The user stack. */
    static Operand stack(int maxFrames) {
        return new Operand(new Value.UserStack(maxFrames), new Type.Stack(StackMode.RAW, maxFrames));
    }

    private static Operand stack(Expression.Call call) {
        String usage = "ustack(LIMIT) captures at most so many frames, 1 to " + Limits.MAX_FRAMES;
        List<Expression> arguments = arguments(call, 0, 1, usage);
        if (arguments.isEmpty()) {
            return stack(Limits.MAX_FRAMES);
        }
        Expression limit = arguments.getFirst();
        if (!(limit instanceof Expression.NumberLiteral number)
                || number.value() < 1
                || number.value() > Limits.MAX_FRAMES) {
            throw new Rejected(Problem.ARGUMENT_TYPE
                    .at(limit.span(), "ustack()", "a number from 1 to " + Limits.MAX_FRAMES, "this")
                    .hint(usage));
        }
        return stack((int) number.value());
    }

    private static Operand reg(Expression.Call call) {
        Expression argument = arguments(call, 1, 1, "for example reg(\"ax\")").getFirst();
        if (!(argument instanceof Expression.StringLiteral literal)) {
            throw new Rejected(Problem.ARGUMENT_TYPE
                    .at(argument.span(), "reg()", "a register's name in quotes", "this")
                    .hint("for example reg(\"ax\")"));
        }
        RegisterName register = RegisterName.of(literal.value());
        if (register == null) {
            throw new Rejected(Problem.UNKNOWN_REGISTER
                    .at(literal.span(), "'" + literal.value() + "'")
                    .hint("the registers are ax bx cx dx si di bp sp r8 to r15, ip and flags"));
        }
        return new Operand(new Value.Register(register, 8), Types.UINT64);
    }

    private Operand str(Expression.Call call) {
        List<Expression> arguments = arguments(call, 1, 2, "str(POINTER) or str(POINTER, LENGTH)");
        Value address = address(arguments.getFirst(), "str()");
        int maxBytes = Limits.DEFAULT_STRING_BYTES;
        if (arguments.size() == 2) {
            Operand length = lowering.scalar(arguments.get(1), "the length of str()");
            boolean fits = length.value() instanceof Value.Constant c
                    && c.value() >= 2
                    && c.value() <= Limits.MAX_STRING_BYTES + 1;
            if (!fits) {
                throw new Rejected(
                        Problem.STRING_LENGTH
                                .at(arguments.get(1).span(), 2, Limits.MAX_STRING_BYTES + 1)
                                .hint(
                                        "the length counts the NUL, as in bpftrace; buf(POINTER, LENGTH) takes a computed length"));
            }
            maxBytes = (int) ((Value.Constant) length.value()).value() - 1;
        }
        return new Operand(new Value.StringAt(address, maxBytes), new Type.Str(maxBytes + 1));
    }

    private Operand buf(Expression.Call call) {
        List<Expression> arguments = arguments(call, 2, 2, "buf(POINTER, LENGTH)");
        Value address = address(arguments.getFirst(), "buf()");
        Operand length = lowering.scalar(arguments.get(1), "the length of buf()");
        int maxBytes = Limits.MAX_BUFFER_BYTES;
        if (length.value() instanceof Value.Constant c) {
            if (c.value() < 1 || c.value() > Limits.MAX_BUFFER_BYTES) {
                throw new Rejected(Problem.BUFFER_LENGTH
                        .at(arguments.get(1).span(), Limits.MAX_BUFFER_BYTES)
                        .hint("a record is put together on the target's stack, so it is small"));
            }
            maxBytes = (int) c.value();
        }
        return new Operand(new Value.BytesAt(address, length.value(), maxBytes), new Type.Buf(maxBytes));
    }

    private Value address(Expression expression, String function) {
        Operand operand = lowering.lower(expression);
        Lowering.requireNoFloat(operand, expression);
        if (!(operand.type() instanceof Type.Int) && !(operand.type() instanceof Type.Pointer)) {
            throw new Rejected(Problem.ARGUMENT_TYPE.at(
                    expression.span(), function, "a pointer", Lowering.describe(operand.type())));
        }
        return operand.value();
    }
}
