package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.TypeName;
import io.trapless.language.syntax.UnaryOperatorSyntax;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypePromotion;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Expressions: each kind to the part of the checker that knows it. */
final class Expressions {
    private static final String TYPE_OF = "typeof or typeinfo";

    private final ActionState state;
    private final Conversions conversions;
    private final Operators operators;
    private final Access access;
    private final Casts casts;
    private final Names names;
    private final Maps maps;
    private final Increments increments;
    private final TypeReader types;
    private final Calls calls;
    private final Statements statements;

    Expressions(ActionState state) {
        this.state = state;
        this.conversions = new Conversions(state);
        this.operators = new Operators(state, conversions);
        this.access = new Access(state);
        this.casts = new Casts(state);
        this.names = new Names(state);
        this.maps = new Maps(state, this, conversions);
        this.increments = new Increments(state, maps);
        this.types = new TypeReader(state);
        this.statements = new Statements(state, this);
        this.calls = new Calls(state, this);
    }

    Conversions conversions() {
        return conversions;
    }

    Operators operators() {
        return operators;
    }

    Maps maps() {
        return maps;
    }

    Names names() {
        return names;
    }

    Access access() {
        return access;
    }

    Casts casts() {
        return casts;
    }

    TypeReader types() {
        return types;
    }

    Statements statements() {
        return statements;
    }

    /** Checks an expression. */
    Term check(Expression expression) {
        state.enter(expression.span());
        Term term = dispatch(expression);
        state.leave();
        return term;
    }

    private Term dispatch(Expression expression) {
        Span span = expression.span();
        return switch (expression) {
            case Expression.NumberLiteral n -> Literals.number(n.value(), n.unsigned(), span);
            case Expression.BooleanLiteral b -> Literals.truth(b.value(), span);
            case Expression.StringLiteral s -> text(s);
            case Expression.Name n -> names.name(n.name(), span);
            case Expression.Variable v -> variable(v);
            case Expression.Positional p -> Positionals.value(state, p.number(), span);
            case Expression.PositionalCount _ ->
                Literals.number(state.program.options.positional().size(), false, span);
            case Expression.MapAccess m -> maps.read(m);
            case Expression.Unary u -> unary(u);
            case Expression.Binary b -> operators.binary(b.operator(), check(b.left()), check(b.right()), span);
            case Expression.Ternary t -> ternary(t);
            case Expression.Cast c -> casts.cast(check(c.operand()), type(c.type()), span);
            case Expression.Call c -> calls.call(c);
            case Expression.Index i -> access.index(check(i.base()), check(i.index()), span);
            case Expression.Field f
            when f.base() instanceof Expression.Name n && n.name().equals("args") ->
                new DebugTypes(state).argument(f.field(), span);
            case Expression.Field f -> access.field(check(f.base()), f.field(), span);
            case Expression.TupleField f -> access.element(check(f.base()), f.index(), span);
            case Expression.Tuple t -> tuple(t);
            case Expression.NamedTuple t -> record(t);
            case Expression.SizeOf s ->
                Literals.number(introspect(s.operand(), "sizeof").sizeInBytes(), false, span);
            case Expression.OffsetOf o ->
                TypeQuestions.offsetOf(state, introspect(o.operand(), "offsetof"), o.path(), span);
            case Expression.TypeInfo t -> {
                Features.requireTypeinfo(state, span);
                yield TypeQuestions.typeInfo(introspect(t.operand()), span);
            }
            case Expression.Comptime c -> comptime(c);
            case Expression.If i -> conditional(i);
            case Expression.Block b -> block(b);
        };
    }

    /** Compile-time functions take their argument as it is; everywhere else a literal must fit a string. */
    private Term text(Expression.StringLiteral literal) {
        Term term = Literals.text(literal.value(), literal.span());
        int limit = state.program.settings.maxStrlen();
        if (term.type().sizeInBytes() > limit && !calls.takesFormat(literal)) {
            throw state.fail(literal.span(), "String is too long (over " + limit + " bytes): " + literal.value());
        }
        return term;
    }

    private Term variable(Expression.Variable variable) {
        Variables.Entry info = state.variables.find(variable.name());
        if (info == null) {
            throw state.fail(variable.span(), "Undefined or undeclared variable: " + Statements.shown(variable.name()));
        }
        if (!info.assigned && !state.introspecting()) {
            state.warn(variable.span(), "Variable used before it was assigned: " + Statements.shown(variable.name()));
        }
        return Term.of(new CheckedExpression.Variable(info.slot(), variable.span()));
    }

    private Term unary(Expression.Unary unary) {
        UnaryOperatorSyntax operator = unary.operator();
        if (operator.isIncrement()) {
            return increments.increment(unary);
        }
        return switch (operator) {
            case DEREFERENCE -> access.dereference(check(unary.operand()), unary.span());
            case ADDRESS_OF -> addressOf(unary);
            default -> operators.unary(operator, check(unary.operand()), unary.span());
        };
    }

    private Term addressOf(Expression.Unary unary) {
        if (unary.operand() instanceof Expression.Variable v) {
            Variables.Entry info = state.variables.find(v.name());
            if (info != null) {
                // Whoever has the address may assign to it.
                info.assigned = true;
            }
        }
        Term operand = check(unary.operand());
        return Term.of(new CheckedExpression.AddressOf(operand.node(), new Type.Pointer(operand.type()), unary.span()));
    }

    private Term tuple(Expression.Tuple tuple) {
        List<CheckedExpression> elements = new ArrayList<>();
        List<Type> elementTypes = new ArrayList<>();
        boolean literal = true;
        for (Expression element : tuple.elements()) {
            Term term = part(element, "tuple");
            literal &= term.literal();
            elements.add(term.node());
            elementTypes.add(term.type());
        }
        return new Term(new CheckedExpression.TupleOf(elements, new Type.Tuple(elementTypes), tuple.span()), literal);
    }

    private Term part(Expression expression, String whole) {
        Term term = check(expression);
        if (term.type() instanceof Type.Aggregate a) {
            if (!a.kind().isNumber()) {
                throw state.fail(expression.span(), "Map type " + a.text() + " cannot exist inside a " + whole + ".");
            }
            return Term.of(Conversions.plain(term.node()));
        }
        requireValue(term, expression.span());
        return term;
    }

    private Term record(Expression.NamedTuple tuple) {
        List<CheckedExpression> values = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        List<Type.NamedTuple.Field> fields = new ArrayList<>();
        boolean literal = true;
        for (Expression.NamedValue field : tuple.fields()) {
            Term term = part(field.value(), "record");
            literal &= term.literal();
            places.add(values.size());
            values.add(term.node());
            fields.add(new Type.NamedTuple.Field(field.name(), term.type()));
        }
        return new Term(
                new CheckedExpression.RecordOf(values, places, new Type.NamedTuple(fields), tuple.span()), literal);
    }

    /** Reports an expression without a value where one is needed. */
    void requireValue(Term term, Span span) {
        if (term.type() instanceof Type.None || term.type() instanceof Type.Nothing) {
            throw state.fail(span, "this has no value");
        }
    }

    /** The type that is written or that of the expression, which does not run. */
    Type introspect(Expression.TypeOperand operand) {
        return introspect(operand, TYPE_OF);
    }

    private Type introspect(Expression.TypeOperand operand, String by) {
        state.enterIntrospection(by);
        try {
            return type(operand);
        } finally {
            state.leaveIntrospection();
        }
    }

    /** The type that is written, or that of the expression that is. A bare name in a type's place is a type if there is one of that name. */
    Type type(Expression.TypeOperand operand) {
        return switch (operand) {
            case Expression.TypeOperand.OfName n -> types.read(n.name(), n.span());
            case Expression.TypeOperand.OfExpression(Expression.Name name, Span span)
            when types.find(new TypeName.Named(null, name.name())) != null ->
                types.read(new TypeName.Named(null, name.name()), span);
            case Expression.TypeOperand.OfExpression(Expression.Name name, Span span)
            when names.isUnknown(name.name()) -> types.read(new TypeName.Named(null, name.name()), span);
            case Expression.TypeOperand.OfExpression(Expression.MapAccess map, Span _)
            when map.keys().isEmpty() -> maps.typeOfBare(map);
            case Expression.TypeOperand.OfExpression e -> {
                state.enterIntrospection(TYPE_OF);
                try {
                    yield check(e.expression()).type();
                } finally {
                    state.leaveIntrospection();
                }
            }
        };
    }

    /** A condition: a number or a pointer. */
    CheckedExpression condition(Expression expression) {
        Term term = check(expression);
        if (!term.type().isScalar()) {
            throw state.fail(
                    expression.span(), "Invalid condition: " + term.type().family());
        }
        return term.node();
    }

    private Term comptime(Expression.Comptime comptime) {
        Term term = check(comptime.operand());
        if (!term.literal()) {
            throw state.fail(comptime.span(), "Unable to resolve comptime expression");
        }
        return term;
    }

    private Term ternary(Expression.Ternary ternary) {
        Term condition = check(ternary.condition());
        Span span = ternary.span();
        Expression first = ternary.whenTrue();
        Term whenTrue = first == null ? condition : check(first);
        Term whenFalse = check(ternary.whenFalse());
        if (condition.literal() && whenTrue.literal() && whenFalse.literal()) {
            return Literals.isTrue(condition) ? whenTrue : whenFalse;
        }
        if (!condition.type().isScalar()) {
            throw state.fail(span, "Invalid condition: " + condition.type().family());
        }
        return choice(condition.node(), whenTrue, whenFalse, span);
    }

    /** Either of two values, as one type. */
    private Term choice(CheckedExpression condition, Term whenTrue, Term whenFalse, Span span) {
        Type a = whenTrue.type();
        Type b = whenFalse.type();
        if (isNothing(a) != isNothing(b) && isVoid(isNothing(a) ? whenTrue : whenFalse)) {
            throw state.fail(
                    span,
                    "Branches must return the same type or compatible types: have '" + voidText(a) + "' and '"
                            + voidText(b) + "'");
        }
        if (isNothing(a) || isNothing(b)) {
            return Term.of(new CheckedExpression.Conditional(
                    condition, whenTrue.node(), whenFalse.node(), new Type.None(), span));
        }
        Type common = TypePromotion.promote(TypePromotion.promote(null, a), b);
        CheckedExpression x = common == null ? null : conversions.convert(whenTrue.node(), common);
        CheckedExpression y = common == null ? null : conversions.convert(whenFalse.node(), common);
        if (common == null || x == null || y == null) {
            throw state.fail(
                    span,
                    "Branches must return the same type or compatible types: have '" + a.text() + "' and '" + b.text()
                            + "'");
        }
        return Term.of(new CheckedExpression.Conditional(condition, x, y, common, span));
    }

    /** Whether it is a call without a result, and not only a branch that is not there. */
    private static boolean isVoid(Term term) {
        return !(term.node() instanceof CheckedExpression.Block);
    }

    private static String voidText(Type type) {
        return type instanceof Type.None ? "void" : type.text();
    }

    private static boolean isNothing(Type type) {
        return type instanceof Type.None || type instanceof Type.Nothing;
    }

    private Term conditional(Expression.If choice) {
        Span span = choice.span();
        if (choice.condition() instanceof Expression.Comptime comptime) {
            Expression taken = comptimeBranch(comptime, choice);
            return taken == null ? nothing(span) : check(taken);
        }
        Term condition = check(choice.condition());
        if (!condition.literal() && !condition.type().isScalar()) {
            throw state.fail(span, "Invalid condition: " + condition.type().family());
        }
        Term whenTrue = check(choice.then());
        Expression otherwise = choice.otherwise();
        Term whenFalse = otherwise == null ? nothing(span) : check(otherwise);
        CheckedExpression truth = condition.literal()
                ? Literals.truth(Literals.isTrue(condition), condition.span()).node()
                : condition.node();
        return choice(truth, whenTrue, whenFalse, span);
    }

    /** The branch of an {@code if comptime} that is there at all, or null. */
    @Nullable Expression comptimeBranch(Expression.Comptime comptime, Expression.If choice) {
        Term condition = check(comptime.operand());
        if (!condition.literal()) {
            throw state.fail(comptime.span(), "Unable to resolve comptime expression");
        }
        return Literals.isTrue(condition) ? choice.then() : choice.otherwise();
    }

    private static Term nothing(Span span) {
        return Term.of(
                new CheckedExpression.Block(new CheckedStatement.Block(List.of(), span), null, new Type.None(), span));
    }

    private Term block(Expression.Block block) {
        return statements.valueBlock(block);
    }
}
