package io.trapless.language.check;

import io.trapless.language.checked.CheckedExpression;
import io.trapless.language.checked.CheckedStatement;

/** Whether what follows a statement is never reached. */
final class Endings {
    private Endings() {}

    static boolean ends(CheckedStatement statement) {
        return switch (statement) {
            case CheckedStatement.Return _, CheckedStatement.Break _, CheckedStatement.Continue _ -> true;
            case CheckedStatement.Evaluate e -> ends(e.expression());
            case CheckedStatement.If i -> ends(i.then()) && ends(i.otherwise());
            case CheckedStatement.Block b -> b.statements().stream().anyMatch(Endings::ends);
            default -> false;
        };
    }

    private static boolean ends(CheckedExpression expression) {
        return expression instanceof CheckedExpression.Exit
                || (expression instanceof CheckedExpression.Block b && ends(b.statements()));
    }
}
