package io.trapless.language.print;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;

/** Checked statements as indented lines. */
final class StatementText {
    private final StringBuilder out = new StringBuilder();
    private int depth;

    StatementText(int depth) {
        this.depth = depth;
    }

    private void line(String text) {
        out.append("  ".repeat(depth)).append(text).append('\n');
    }

    void lines(CheckedStatement.Block block) {
        block.statements().forEach(this::statement);
    }

    private void nested(String head, CheckedStatement.Block body) {
        line(head + " {");
        depth++;
        lines(body);
        depth--;
        line("}");
    }

    private void statement(CheckedStatement statement) {
        switch (statement) {
            case CheckedStatement.Evaluate e -> line(ExpressionText.of(e.expression()) + ";");
            case CheckedStatement.AssignVariable a -> {
                String target = "$" + a.slot().name() + ": " + a.slot().type().text();
                CheckedExpression value = a.value();
                line(value == null ? "let " + target + ";" : target + " = " + ExpressionText.of(value) + ";");
            }
            case CheckedStatement.AssignMap a ->
                line(ExpressionText.entry(a.map(), a.key()) + " = " + ExpressionText.of(a.value()) + ";");
            case CheckedStatement.Accumulate a -> {
                CheckedExpression value = a.value();
                line(ExpressionText.entry(a.map(), a.key()) + " <- " + a.kind().function() + "("
                        + (value == null ? "" : ExpressionText.of(value)) + ");");
            }
            case CheckedStatement.If i -> {
                nested("if (" + ExpressionText.of(i.condition()) + ")", i.then());
                if (!i.otherwise().isEmpty()) {
                    nested("else", i.otherwise());
                }
            }
            case CheckedStatement.While w -> nested("while (" + ExpressionText.of(w.condition()) + ")", w.body());
            case CheckedStatement.ForRange f ->
                nested(
                        "for ($" + f.slot().name() + ": " + f.slot().type().text() + " : "
                                + ExpressionText.of(f.start()) + ".." + ExpressionText.of(f.end()) + ")",
                        f.body());
            case CheckedStatement.ForMap f ->
                nested(
                        "for ($" + f.slot().name() + ": " + f.slot().type().text() + " : "
                                + f.map().text() + ")",
                        f.body());
            case CheckedStatement.Break _ -> line("break;");
            case CheckedStatement.Continue _ -> line("continue;");
            case CheckedStatement.Return r -> {
                CheckedExpression value = r.value();
                line("return" + (value == null ? "" : " " + ExpressionText.of(value)) + ";");
            }
            case CheckedStatement.Block b -> lines(b);
        }
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
