package io.trapless.language.expand;

import io.trapless.language.syntax.Program;
import io.trapless.language.syntax.Statement;

/** A macro's body must not leave what it is called in: no {@code return}, and no {@code break} or {@code continue} outside of a loop of its own. */
final class MacroJumps extends SyntaxMapper {
    private final Findings findings;
    private int loops;

    private MacroJumps(Findings findings) {
        this.findings = findings;
    }

    static void check(Program.Macro macro, Findings findings) {
        new MacroJumps(findings).block(macro.body());
    }

    @Override
    Statement statement(Statement statement) {
        boolean loop = statement instanceof Statement.ForMap
                || statement instanceof Statement.ForRange
                || statement instanceof Statement.While;
        loops += loop ? 1 : 0;
        switch (statement) {
            case Statement.Return r -> refuse("return", r);
            case Statement.Break b when loops == 0 -> refuse("break", b);
            case Statement.Continue c when loops == 0 -> refuse("continue", c);
            default -> {}
        }
        Statement result = super.statement(statement);
        loops -= loop ? 1 : 0;
        return result;
    }

    private void refuse(String word, Statement statement) {
        findings.error(statement.span(), "'" + word + "' statement is not allowed in a macro");
    }
}
