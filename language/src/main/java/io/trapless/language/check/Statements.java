package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Statement;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements and blocks. A statement that can't be understood is left out and the next one looked at, so that one round finds all that is wrong. */
final class Statements {
    private static final int MAX_UNROLL = 100;

    private final ActionState state;
    private final Expressions expressions;
    private final Assignments assignments;
    private final Loops loops;

    Statements(ActionState state, Expressions expressions) {
        this.state = state;
        this.expressions = expressions;
        this.assignments = new Assignments(state, expressions);
        this.loops = new Loops(state, expressions, this);
    }

    /** A variable's name as it is shown; one that a macro made has bpftrace's form of it. */
    static String shown(String name) {
        return "$" + name;
    }

    /** A block in a scope of its own. */
    CheckedStatement.Block block(Expression.Block block) {
        CheckedExpression.Block checked =
                (CheckedExpression.Block) inScope(block, true).node();
        CheckedExpression value = checked.value();
        if (value == null) {
            return checked.statements();
        }
        List<CheckedStatement> statements = new ArrayList<>(checked.statements().statements());
        warnDiscarded(value, value.span());
        statements.add(new CheckedStatement.Evaluate(value, value.span()));
        return new CheckedStatement.Block(statements, state.program.callOf(block), block.span());
    }

    /** A block for its value; one that holds nothing but a literal is that literal. */
    Term valueBlock(Expression.Block block) {
        Term term = inScope(block, false);
        return term.node() instanceof CheckedExpression.Block b
                        && b.statements().isEmpty()
                        && b.value() != null
                        && term.literal()
                ? Term.literal(b.value())
                : term;
    }

    /**
     * @param guarded whether the block is a statement: what is wrong with its value is then reported and no more
     */
    private Term inScope(Expression.Block block, boolean guarded) {
        Span call = state.program.callOf(block);
        if (call != null) {
            state.enterCall(call);
        }
        state.enter(block.span());
        state.variables.enter(block);
        try {
            return contents(block, guarded);
        } finally {
            state.variables.leave();
            state.leave();
            if (call != null) {
                state.leaveCall();
            }
        }
    }

    private Term contents(Expression.Block block, boolean guarded) {
        List<CheckedStatement> statements = new ArrayList<>();
        boolean ended = false;
        boolean warned = false;
        for (Statement statement : block.statements()) {
            if (ended && !warned) {
                state.warn(statement.span(), "Unreachable statement.");
                warned = true;
            }
            CheckedStatement checked = guarded(statement);
            if (checked != null) {
                if (!(checked instanceof CheckedStatement.Block b && b.isEmpty())) {
                    statements.add(checked);
                }
                ended |= Endings.ends(checked);
            }
        }
        Expression last = block.value();
        if (guarded && (last instanceof Expression.If || last instanceof Expression.Block)) {
            // Where nobody wants its value it is a statement like any other.
            CheckedStatement checked = guarded(new Statement.Evaluate(last, last.span()));
            if (checked != null) {
                statements.add(checked);
            }
            last = null;
        }
        Term value = last == null ? null : value(last, guarded);
        if (ended && !warned && last != null) {
            state.warn(last.span(), "Unreachable statement.");
        }
        warnUnassigned();
        CheckedStatement.Block checked =
                new CheckedStatement.Block(statements, state.program.callOf(block), block.span());
        if (value == null) {
            return Term.of(new CheckedExpression.Block(checked, null, new Type.None(), block.span()));
        }
        return new Term(
                new CheckedExpression.Block(checked, value.node(), value.type(), block.span()), value.literal());
    }

    private @Nullable Term value(Expression last, boolean guarded) {
        int depth = state.depth();
        try {
            return expressions.check(last);
        } catch (Stop stop) {
            if (!guarded) {
                throw stop;
            }
            state.restoreDepth(depth);
            if (stop.isUnresolved()) {
                state.program.leaveUnresolved(state.place(last.span()));
            }
            return null;
        }
    }

    private void warnUnassigned() {
        for (Variables.Entry info : state.variables.unassigned()) {
            state.warn(info.origin, "Variable " + shown(info.name) + " was never assigned to.");
        }
    }

    /** Statements of a block whose scope has been entered. */
    List<CheckedStatement> plain(List<Statement> list) {
        List<CheckedStatement> checked = new ArrayList<>();
        for (Statement statement : list) {
            CheckedStatement one = guarded(statement);
            if (one != null) {
                checked.add(one);
            }
        }
        return checked;
    }

    private @Nullable CheckedStatement guarded(Statement statement) {
        int depth = state.depth();
        try {
            return statement(statement);
        } catch (Stop stop) {
            state.restoreDepth(depth);
            if (stop.isUnresolved()) {
                state.program.leaveUnresolved(state.place(statement.span()));
            }
            return null;
        }
    }

    private CheckedStatement statement(Statement statement) {
        Span span = statement.span();
        return switch (statement) {
            case Statement.Evaluate s -> evaluate(s);
            case Statement.Discard s ->
                new CheckedStatement.Evaluate(expressions.check(s.expression()).node(), span);
            case Statement.Assign s -> assignments.assign(s);
            case Statement.Let s -> assignments.let(s);
            case Statement.ForMap s -> loops.forMap(s);
            case Statement.ForRange s -> loops.forRange(s);
            case Statement.While s -> loops.whileLoop(s);
            case Statement.Unroll s -> unroll(s);
            case Statement.Break _ -> {
                requireLoop("break", span);
                yield new CheckedStatement.Break(span);
            }
            case Statement.Continue _ -> {
                requireLoop("continue", span);
                yield new CheckedStatement.Continue(span);
            }
            case Statement.Return s -> returned(s);
            case Statement.Import s ->
                throw state.fail(
                        span,
                        "Import statements that are not at the top level are primarily for the standard library. If this is functionality you need, please file an issue to explain why.");
        };
    }

    private void requireLoop(String word, Span span) {
        if (!state.inLoop()) {
            throw state.fail(span, "'" + word + "' statement is not allowed in a probe");
        }
    }

    private CheckedStatement returned(Statement.Return statement) {
        Expression value = statement.value();
        if (value == null) {
            return new CheckedStatement.Return(null, statement.span());
        }
        Term term = expressions.check(value);
        if (!term.type().isInteger()) {
            throw state.fail(
                    statement.span(),
                    "Probe return values can only be integers. Found "
                            + term.type().text());
        }
        CheckedExpression wide = expressions.conversions().convert(term.node(), Types.INT64);
        return new CheckedStatement.Return(wide == null ? term.node() : wide, statement.span());
    }

    private CheckedStatement evaluate(Statement.Evaluate statement) {
        Expression expression = statement.expression();
        if (expression instanceof Expression.If choice) {
            return ifStatement(choice);
        }
        if (expression instanceof Expression.Block block) {
            return block(block);
        }
        Term term = expressions.check(expression);
        warnDiscarded(term.node(), statement.span());
        if (term.node() instanceof CheckedExpression.Block b && b.value() == null) {
            return b.statements();
        }
        return new CheckedStatement.Evaluate(discarded(term.node()), statement.span());
    }

    /** A deletion whose outcome nobody looks at tells of a missing key. */
    private static CheckedExpression discarded(CheckedExpression node) {
        return node instanceof CheckedExpression.Delete d
                ? new CheckedExpression.Delete(d.map(), d.key(), true, d.type(), d.span())
                : node;
    }

    private void warnDiscarded(CheckedExpression node, Span span) {
        boolean silent = node instanceof CheckedExpression.IncrementVariable
                || node instanceof CheckedExpression.IncrementMap
                || node.type() instanceof Type.None
                || node.type() instanceof Type.Nothing;
        if (!silent) {
            state.warn(span, "Return value discarded.");
        }
    }

    /** An {@code if} whose value nobody wants. */
    private CheckedStatement ifStatement(Expression.If choice) {
        Span span = choice.span();
        if (choice.condition() instanceof Expression.Comptime comptime) {
            Expression taken = expressions.comptimeBranch(comptime, choice);
            return branch(taken, span);
        }
        // What is wrong with the condition must not hide what is wrong in the branches.
        CheckedExpression condition = null;
        Stop stop = null;
        int depth = state.depth();
        try {
            condition = truth(expressions.check(choice.condition()), choice);
        } catch (Stop s) {
            state.restoreDepth(depth);
            stop = s;
        }
        Boolean known = condition instanceof CheckedExpression.NumberConstant n ? n.value() != 0 : null;
        CheckedStatement.Block then = perhapsDead(choice.then(), Boolean.FALSE.equals(known), span);
        CheckedStatement.Block otherwise = perhapsDead(choice.otherwise(), Boolean.TRUE.equals(known), span);
        if (condition == null) {
            throw stop == null ? Stop.unresolved() : stop;
        }
        return new CheckedStatement.If(condition, then, otherwise, span);
    }

    private CheckedStatement.Block perhapsDead(@Nullable Expression branch, boolean dead, Span span) {
        if (!dead) {
            return branch(branch, span);
        }
        state.enterDead();
        try {
            return branch(branch, span);
        } finally {
            state.leaveDead();
        }
    }

    private CheckedExpression truth(Term condition, Expression.If choice) {
        if (condition.literal()) {
            return Literals.truth(Literals.isTrue(condition), condition.span()).node();
        }
        if (!condition.type().isScalar()) {
            throw state.fail(
                    choice.span(), "Invalid condition: " + condition.type().family());
        }
        return condition.node();
    }

    private CheckedStatement.Block branch(@Nullable Expression branch, Span span) {
        return switch (branch) {
            case null -> new CheckedStatement.Block(List.of(), span);
            case Expression.Block b -> block(b);
            case Expression e -> {
                CheckedStatement statement = guarded(new Statement.Evaluate(e, e.span()));
                yield new CheckedStatement.Block(statement == null ? List.of() : List.of(statement), e.span());
            }
        };
    }

    private CheckedStatement unroll(Statement.Unroll statement) {
        Term count = expressions.check(statement.count());
        Span span = statement.span();
        if (!count.isNaturalLiteral()) {
            throw state.fail(span, "invalid unroll value");
        }
        if (Long.compareUnsigned(count.number(), MAX_UNROLL) > 0) {
            throw state.fail(span, "unroll maximum value is 100");
        }
        if (count.number() < 1) {
            throw state.fail(span, "unroll minimum value is 1");
        }
        state.enterUnroll((int) count.number(), span);
        try {
            List<CheckedStatement> copies = new ArrayList<>();
            for (long i = 0; i < count.number(); i++) {
                copies.add(block(statement.body()));
            }
            return new CheckedStatement.Block(copies, span);
        } finally {
            state.leaveUnroll((int) count.number());
        }
    }
}
