package io.trapless.language.cut;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a copy of a checked tree; what is to be different is told by overriding. Parts are visited in the order in which they run. */
abstract class TreeMapper {
    CheckedExpression expression(CheckedExpression e) {
        return switch (e) {
            case CheckedExpression.NumberConstant _,
                    CheckedExpression.TextConstant _,
                    CheckedExpression.BytesConstant _,
                    CheckedExpression.Variable _,
                    CheckedExpression.Event _,
                    CheckedExpression.Argument _,
                    CheckedExpression.ReturnValue _,
                    CheckedExpression.Register _,
                    CheckedExpression.Captured _,
                    CheckedExpression.IncrementVariable _,
                    CheckedExpression.UserStack _,
                    CheckedExpression.CapturedImage _,
                    CheckedExpression.SymbolAddress _,
                    CheckedExpression.Length _,
                    CheckedExpression.Reset _,
                    CheckedExpression.PrintMap _,
                    CheckedExpression.PrintTime _ -> e;
            case CheckedExpression.MapValue x -> new CheckedExpression.MapValue(x.map(), optional(x.key()), x.span());
            case CheckedExpression.Unary x ->
                new CheckedExpression.Unary(x.operator(), expression(x.operand()), x.type(), x.span());
            case CheckedExpression.Binary x ->
                new CheckedExpression.Binary(
                        x.operator(),
                        expression(x.left()),
                        expression(x.right()),
                        x.signedOperation(),
                        x.type(),
                        x.span());
            case CheckedExpression.Compare x ->
                new CheckedExpression.Compare(
                        expression(x.left()), expression(x.right()), x.negated(), x.type(), x.span());
            case CheckedExpression.Conditional x ->
                new CheckedExpression.Conditional(
                        expression(x.condition()),
                        expression(x.whenTrue()),
                        expression(x.whenFalse()),
                        x.type(),
                        x.span());
            case CheckedExpression.Block x -> {
                CheckedStatement.Block statements = block(x.statements());
                yield new CheckedExpression.Block(statements, optional(x.value()), x.type(), x.span());
            }
            case CheckedExpression.Convert x ->
                new CheckedExpression.Convert(x.conversion(), expression(x.operand()), x.type(), x.span());
            case CheckedExpression.TupleOf x -> new CheckedExpression.TupleOf(all(x.elements()), x.type(), x.span());
            case CheckedExpression.RecordOf x ->
                new CheckedExpression.RecordOf(all(x.values()), x.places(), x.type(), x.span());
            case CheckedExpression.Element x ->
                new CheckedExpression.Element(expression(x.base()), x.index(), x.type(), x.span());
            case CheckedExpression.Member x ->
                new CheckedExpression.Member(expression(x.base()), x.offsetBytes(), x.bits(), x.type(), x.span());
            case CheckedExpression.Indexed x ->
                new CheckedExpression.Indexed(expression(x.base()), expression(x.index()), x.type(), x.span());
            case CheckedExpression.Load x ->
                new CheckedExpression.Load(expression(x.address()), x.bits(), x.type(), x.span());
            case CheckedExpression.AddressOf x ->
                new CheckedExpression.AddressOf(object(x.operand()), x.type(), x.span());
            case CheckedExpression.ReadString x ->
                new CheckedExpression.ReadString(expression(x.address()), optional(x.limit()), x.type(), x.span());
            case CheckedExpression.ReadBytes x ->
                new CheckedExpression.ReadBytes(expression(x.address()), expression(x.length()), x.type(), x.span());
            case CheckedExpression.BufferOf x ->
                new CheckedExpression.BufferOf(expression(x.array()), x.type(), x.span());
            case CheckedExpression.IncrementMap x ->
                new CheckedExpression.IncrementMap(x.map(), optional(x.key()), x.step(), x.prefix(), x.span());
            case CheckedExpression.Call x ->
                new CheckedExpression.Call(x.function(), all(x.arguments()), x.type(), x.span());
            case CheckedExpression.TimeText x ->
                new CheckedExpression.TimeText(x.format(), expression(x.nanos()), x.type(), x.span());
            case CheckedExpression.HasKey x ->
                new CheckedExpression.HasKey(x.map(), expression(x.key()), x.type(), x.span());
            case CheckedExpression.Delete x ->
                new CheckedExpression.Delete(x.map(), optional(x.key()), x.warns(), x.type(), x.span());
            case CheckedExpression.Find x ->
                new CheckedExpression.Find(x.map(), expression(x.key()), x.result(), x.type(), x.span());
            case CheckedExpression.PrintValue x -> new CheckedExpression.PrintValue(expression(x.value()), x.span());
            case CheckedExpression.Format x ->
                new CheckedExpression.Format(x.target(), x.format(), all(x.arguments()), x.span());
            case CheckedExpression.Join x ->
                new CheckedExpression.Join(expression(x.address()), x.separator(), x.span());
            case CheckedExpression.Exit x -> new CheckedExpression.Exit(optional(x.status()), x.span());
            case CheckedExpression.Signal x ->
                new CheckedExpression.Signal(expression(x.number()), x.thread(), x.span());
        };
    }

    /** What an address is taken of: an object of the script, not its value. */
    CheckedExpression object(CheckedExpression e) {
        return e;
    }

    final @Nullable CheckedExpression optional(@Nullable CheckedExpression e) {
        return e == null ? null : expression(e);
    }

    final List<CheckedExpression> all(List<CheckedExpression> list) {
        List<CheckedExpression> out = new ArrayList<>();
        list.forEach(e -> out.add(expression(e)));
        return out;
    }

    CheckedStatement statement(CheckedStatement s) {
        return switch (s) {
            case CheckedStatement.Evaluate x -> new CheckedStatement.Evaluate(expression(x.expression()), x.span());
            case CheckedStatement.AssignVariable x ->
                new CheckedStatement.AssignVariable(x.slot(), optional(x.value()), x.span());
            case CheckedStatement.AssignMap x -> {
                CheckedExpression key = optional(x.key());
                yield new CheckedStatement.AssignMap(x.map(), key, expression(x.value()), x.span());
            }
            case CheckedStatement.Accumulate x -> {
                CheckedExpression key = optional(x.key());
                yield new CheckedStatement.Accumulate(x.map(), key, x.kind(), optional(x.value()), x.span());
            }
            case CheckedStatement.If x -> {
                CheckedExpression condition = expression(x.condition());
                CheckedStatement.Block then = block(x.then());
                yield new CheckedStatement.If(condition, then, block(x.otherwise()), x.span());
            }
            case CheckedStatement.While x -> {
                CheckedExpression condition = expression(x.condition());
                yield new CheckedStatement.While(condition, block(x.body()), x.span());
            }
            case CheckedStatement.ForRange x -> {
                CheckedExpression start = expression(x.start());
                CheckedExpression end = expression(x.end());
                yield new CheckedStatement.ForRange(x.slot(), start, end, block(x.body()), x.span());
            }
            case CheckedStatement.ForMap x -> new CheckedStatement.ForMap(x.slot(), x.map(), block(x.body()), x.span());
            case CheckedStatement.Break x -> x;
            case CheckedStatement.Continue x -> x;
            case CheckedStatement.Return x -> new CheckedStatement.Return(optional(x.value()), x.span());
            case CheckedStatement.Block x -> block(x);
        };
    }

    CheckedStatement.Block block(CheckedStatement.Block block) {
        List<CheckedStatement> out = new ArrayList<>();
        block.statements().forEach(s -> out.add(statement(s)));
        return new CheckedStatement.Block(out, block.call(), block.span());
    }
}
