package io.trapless.language.slice;

import io.trapless.language.diagnostic.Problem;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.language.syntax.Suggestion;
import io.trapless.language.syntax.TypeName;
import io.trapless.language.types.Builtins;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypeNames;
import io.trapless.language.types.Types;
import java.util.List;

/** Expressions of a clause to values: names, literals, casts and memory; operators are in {@link OperatorLowering}, functions in {@link CallLowering}. Throws {@link Rejected}. */
final class Lowering {
    private final List<ProbePattern> probes;
    private final ArgumentTypes arguments;
    private final OperatorLowering operators = new OperatorLowering(this);
    private final CallLowering calls = new CallLowering(this);

    Lowering(List<ProbePattern> probes, ArgumentTypes arguments) {
        this.probes = probes;
        this.arguments = arguments;
    }

    Operand lower(Expression expression) {
        return switch (expression) {
            case Expression.NumberLiteral n -> Operand.number(n.value(), n.unsigned());
            case Expression.BooleanLiteral b -> new Operand(Folding.constant(b.value() ? 1 : 0, 1, false), Types.BOOL);
            case Expression.StringLiteral s -> Operand.string(s.value());
            case Expression.Name n -> name(n.name(), n.span());
            case Expression.Unary u -> operators.unary(u);
            case Expression.Binary b -> operators.binary(b);
            case Expression.Ternary t -> operators.ternary(t);
            case Expression.Cast c -> cast(c);
            case Expression.Index i -> index(i);
            case Expression.Call c -> calls.call(c);
            case Expression.SizeOf s -> Operand.number(type(s.operand()).sizeInBytes(), false);
            case Expression.Variable v -> throw notInClause(v.span(), "a variable");
            case Expression.Positional p -> throw notInClause(p.span(), "a parameter");
            case Expression.PositionalCount p -> throw notInClause(p.span(), "a parameter");
            case Expression.MapAccess m -> throw notInClause(m.span(), "a map");
            case Expression.Field f -> throw notInClause(f.span(), "a structure's field");
            case Expression.TupleField f -> throw notInClause(f.span(), "a tuple");
            case Expression.Tuple t -> throw notInClause(t.span(), "a tuple");
            case Expression.NamedTuple t -> throw notInClause(t.span(), "a tuple");
            case Expression.OffsetOf o -> throw notInClause(o.span(), "offsetof");
            case Expression.TypeInfo t -> throw notInClause(t.span(), "typeinfo");
            case Expression.Comptime c -> throw notInClause(c.span(), "comptime");
            case Expression.If i ->
                throw new Rejected(Problem.NOT_IN_CLAUSE.at(i.span(), "if").hint("use CONDITION ? A : B"));
            case Expression.Block b -> throw notInClause(b.span(), "a block");
        };
    }

    /** A value that counts as true when it is not 0. */
    Value condition(Expression expression) {
        Operand operand = lower(expression);
        requireNoFloat(operand, expression);
        if (!operand.type().isScalar()) {
            throw new Rejected(Problem.CONDITION_TYPE
                    .at(expression.span(), describe(operand.type()))
                    .hint(operand.type() instanceof Type.Str ? "compare it, for example str(arg0) == \"GET\"" : null));
        }
        return operand.value();
    }

    /** An integer, truth value or pointer. */
    Operand scalar(Expression expression, String needer) {
        Operand operand = lower(expression);
        requireNoFloat(operand, expression);
        if (!operand.type().isScalar()) {
            throw new Rejected(Problem.ARGUMENT_TYPE.at(
                    expression.span(), needer, "a number or a pointer", describe(operand.type())));
        }
        return operand;
    }

    static void requireNoFloat(Operand operand, Expression expression) {
        if (operand.type() instanceof Type.Floating) {
            throw new Rejected(Problem.FLOAT_ARITHMETIC
                    .at(expression.span(), expression instanceof Expression.Name n ? n.name() : "this")
                    .hint("give it a field of its own, for example { value = arg0 }"));
        }
    }

    static String describe(Type type) {
        return switch (type) {
            case Type.Str _ -> "a string";
            case Type.Buf _ -> "a buffer";
            case Type.Stack _ -> "a stack";
            default -> type.text();
        };
    }

    private static Rejected notInClause(Span span, String what) {
        return new Rejected(Problem.NOT_IN_CLAUSE
                .at(span, what)
                .hint("a clause has names, numbers, operators, casts and str(), buf(), reg(), ustack()"));
    }

    /** N of {@code argN}, or -1. */
    static int argumentIndex(String name) {
        return name.matches("arg(0|[1-9][0-9]{0,3})") ? Integer.parseInt(name.substring(3)) : -1;
    }

    /** Argument {@code index} of a USDT probe. */
    static Operand argument(int index, CaptureType type) {
        return switch (type) {
            case CaptureType.Int i ->
                new Operand(
                        new Value.Argument(index, i.sizeBytes(), i.signed()), new Type.Int(i.sizeBytes(), i.signed()));
            case CaptureType.Floating f ->
                new Operand(new Value.Argument(index, f.sizeBytes(), false), new Type.Floating(f.sizeBytes()));
            default -> throw new IllegalArgumentException("no type of an argument: " + type);
        };
    }

    private Operand name(String name, Span span) {
        int argument = argumentIndex(name);
        if (argument >= 0) {
            return argument(argument, span);
        }
        return switch (name) {
            case "tid" -> context(Value.Context.Kind.TID);
            case "pid" -> context(Value.Context.Kind.PID);
            case "cpu" -> context(Value.Context.Kind.CPU);
            case "nsecs" -> context(Value.Context.Kind.NSECS);
            case "ustack" -> CallLowering.stack(Limits.MAX_FRAMES);
            case "retval" -> {
                if (!probes.stream().allMatch(ProbePattern.Uretprobe.class::isInstance)) {
                    throw new Rejected(Problem.RETVAL_IN_ENTRY.at(span).hint("use uretprobe:FILE:FUNCTION"));
                }
                yield new Operand(new Value.Register(RegisterName.RAX, 8), Types.UINT64);
            }
            default -> throw unavailable(name, span);
        };
    }

    private static Operand context(Value.Context.Kind kind) {
        Value value = new Value.Context(kind);
        return new Operand(value, new Type.Int(value.sizeBytes(), false));
    }

    private Operand argument(int index, Span span) {
        String name = "arg" + index;
        if (probes.stream().anyMatch(ProbePattern.Uretprobe.class::isInstance)) {
            throw new Rejected(Problem.NO_SUCH_ARGUMENT
                    .at(span, name + " when the function returns")
                    .hint("retval is what it returns; arguments exist at its entry"));
        }
        if (index > Limits.MAX_ARGUMENT) {
            throw new Rejected(
                    Problem.NO_SUCH_ARGUMENT.at(span, name).hint("arguments go to arg" + Limits.MAX_ARGUMENT));
        }
        if (arguments instanceof ArgumentTypes.Inlined(List<CaptureType> types)) {
            // the same type as at the function's own entry
            return new Operand(
                    index < types.size()
                            ? new Value.Cast(argument(index, types.get(index)).value(), 8, false)
                            : new Value.Constant(0, 8, false),
                    Types.UINT64);
        }
        if (!(arguments instanceof ArgumentTypes.Note note)) {
            return new Operand(new Value.Argument(index, 8, false), Types.UINT64);
        }
        int count = note.types().size();
        if (index >= count) {
            String hint =
                    count == 0 ? "the probe has no arguments" : "the probe's arguments are arg0 to arg" + (count - 1);
            throw new Rejected(Problem.NO_SUCH_ARGUMENT
                    .at(span, name)
                    .hint(count == 1 ? "the probe's only argument is arg0" : hint));
        }
        return argument(index, note.types().get(index));
    }

    private static Rejected unavailable(String name, Span span) {
        return switch (Builtins.name(name)) {
            case Builtins.Availability.Kernel kernel ->
                new Rejected(Problem.KERNEL_NAME.at(span, name, kernel.reason()));
            case Builtins.Availability.Outside outside ->
                new Rejected(Problem.NOT_YET_IN_RECORD.at(span, name).hint(outside.hint()));
            case null, default -> unknown(name, span);
        };
    }

    private static Rejected unknown(String name, Span span) {
        if (Builtins.function(name) != null) {
            return new Rejected(Problem.NAME_NEEDS_CALL.at(span, name).hint("call it: " + name + "(...)"));
        }
        if (RegisterName.of(name) != null) {
            return new Rejected(Problem.UNKNOWN_NAME
                    .at(span, "'" + name + "'")
                    .hint("a register is read by reg(\"" + name + "\")"));
        }
        String near = Suggestion.nearest(name, Builtins.suggestions());
        return new Rejected(Problem.UNKNOWN_NAME
                .at(span, "'" + name + "'")
                .hint(
                        near != null
                                ? "did you mean '" + near + "'?"
                                : "the names are arg0, arg1, ..., tid, pid, cpu and nsecs"));
    }

    private Operand cast(Expression.Cast cast) {
        Type target = type(cast.type());
        Operand operand = lower(cast.operand());
        requireNoFloat(operand, cast.operand());
        boolean possible = operand.type().isScalar() && target.isScalar();
        if (!possible) {
            throw new Rejected(Problem.CAST
                    .at(cast.span(), describe(operand.type()), target.text())
                    .hint(target.isScalar() ? null : "str(POINTER) reads a string"));
        }
        return convert(operand, target);
    }

    /** {@code operand} as a {@code target}, both scalars. */
    static Operand convert(Operand operand, Type target) {
        if (target instanceof Type.Bool) {
            return operand.type() instanceof Type.Bool ? operand : new Operand(truth(operand.value()), target);
        }
        return new Operand(Folding.cast(operand.value(), target.sizeInBytes(), target.isSigned()), target);
    }

    /** 1 if {@code value} is not 0, else 0. */
    static Value truth(Value value) {
        return Folding.binary(BinaryOperator.NOT_EQUAL, value, Folding.constant(0, 8, false), false);
    }

    /** What {@code *pointer} is, for a pointer or, as in bpftrace, the address in a number, where 8 bytes are meant. */
    Operand dereference(Operand pointer, Expression expression) {
        Type target = switch (pointer.type()) {
            case Type.Pointer p -> p.target();
            case Type.Int _ -> Types.UINT64;
            default -> throw new Rejected(Problem.DEREFERENCE.at(expression.span(), describe(pointer.type())));
        };
        return load(pointer.value(), target, expression);
    }

    private static Operand load(Value address, Type target, Expression expression) {
        if (!target.isScalar()) {
            throw new Rejected(Problem.DEREFERENCE
                    .at(expression.span(), target.text() + " *")
                    .hint("cast it to a pointer to a sized type, for example *(uint64*)arg0"));
        }
        Value load = new Value.Load(address, target.sizeInBytes(), target.isSigned());
        return new Operand(target instanceof Type.Bool ? truth(load) : load, target);
    }

    private Operand index(Expression.Index index) {
        Operand base = lower(index.base());
        requireNoFloat(base, index.base());
        if (!(base.type() instanceof Type.Pointer pointer)) {
            throw new Rejected(Problem.INDEX
                    .at(index.base().span(), describe(base.type()))
                    .hint(base.type().isNumber() ? "cast it, for example ((uint8*)arg0)[4]" : null));
        }
        Operand offset = scalar(index.index(), "an index");
        return load(offsetPointer(base.value(), pointer, offset, BinaryOperator.ADD), pointer.target(), index);
    }

    /** {@code pointer} moved by {@code count} elements. */
    static Value offsetPointer(Value pointer, Type.Pointer type, Operand count, BinaryOperator operator) {
        int elementBytes = type.target().sizeInBytes();
        Value bytes = elementBytes == 1
                ? count.value()
                : Folding.binary(
                        BinaryOperator.MULTIPLY, count.value(), Folding.constant(elementBytes, 8, false), false);
        if (bytes instanceof Value.Constant c && c.value() == 0) {
            return pointer;
        }
        return Folding.binary(operator, pointer, bytes, false);
    }

    /** The type that is written, or that of the expression that is; a name that is no expression was meant as a type. */
    private Type type(Expression.TypeOperand operand) {
        return switch (operand) {
            case Expression.TypeOperand.OfName n -> type(n.name(), n.span());
            case Expression.TypeOperand.OfExpression e ->
                e.expression() instanceof Expression.Name n && !isValue(n.name())
                        ? type(new TypeName.Named(null, n.name()), e.span())
                        : lower(e.expression()).type();
        };
    }

    private static boolean isValue(String name) {
        return Builtins.name(name) != null || argumentIndex(name) >= 0;
    }

    private static Type type(TypeName name, Span span) {
        Type type = TypeNames.resolve(name);
        if (type != null) {
            return type;
        }
        TypeName.Named named = named(name);
        if (named.tag() != null || name instanceof TypeName.Array) {
            throw notInClause(span, named.tag() != null ? "a structure" : "an array");
        }
        if (named.name().equals("string") || named.name().equals("buffer")) {
            throw new Rejected(Problem.NOT_IN_CLAUSE
                    .at(span, "the type " + named.name())
                    .hint("str(POINTER) reads a string, buf(POINTER, LENGTH) reads bytes"));
        }
        String near = Suggestion.nearest(named.name(), TypeNames.all());
        throw new Rejected(Problem.UNKNOWN_TYPE
                .at(span, "'" + named.name() + "'")
                .hint(
                        near != null
                                ? "did you mean '" + near + "'?"
                                : "the types are bool, int8 to int64, uint8 to uint64 and pointers to them"));
    }

    private static TypeName.Named named(TypeName name) {
        return switch (name) {
            case TypeName.Named named -> named;
            case TypeName.Pointer pointer -> named(pointer.target());
            case TypeName.Array array -> named(array.element());
        };
    }
}
