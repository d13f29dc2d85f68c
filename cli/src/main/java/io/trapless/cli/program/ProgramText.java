package io.trapless.cli.program;

import io.trapless.language.syntax.AttachPoint;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import io.trapless.language.syntax.Statement;
import io.trapless.language.syntax.SyntaxPrinter;
import java.util.List;
import java.util.stream.Collectors;

/** A program's text in one form: four spaces a level, one statement a line. */
final class ProgramText {
    private final StringBuilder out = new StringBuilder();

    private ProgramText() {}

    static String of(Program program) {
        ProgramText text = new ProgramText();
        program.cDefinitions()
                .forEach(
                        definition -> text.out.append(definition.text().strip()).append('\n'));
        if (!program.config().isEmpty()) {
            text.out.append("config = {\n");
            program.config()
                    .forEach(setting -> text.out
                            .append("    ")
                            .append(setting.key())
                            .append(" = ")
                            .append(SyntaxPrinter.print(setting.value()))
                            .append(";\n"));
            text.out.append("}\n");
        }
        program.imports()
                .forEach(one -> text.out.append(SyntaxPrinter.print(one)).append('\n'));
        program.items().forEach(text::item);
        return text.out.toString();
    }

    private void item(Program.Item item) {
        if (!out.isEmpty()) {
            out.append('\n');
        }
        switch (item) {
            case Program.Action action -> {
                out.append(action.attachPoints().stream().map(AttachPoint::text).collect(Collectors.joining(",\n")));
                if (action.filter() != null) {
                    out.append(" /")
                            .append(SyntaxPrinter.print(action.filter()))
                            .append('/');
                }
                out.append(' ');
                block(action.body());
            }
            case Program.Macro macro -> {
                out.append("macro ").append(macro.name()).append('(');
                out.append(macro.parameters().stream().map(SyntaxPrinter::print).collect(Collectors.joining(", ")));
                out.append(") ");
                block(macro.body());
            }
            case Program.Function function -> {
                out.append("fn ").append(function.name()).append('(');
                out.append(function.parameters().stream()
                        .map(parameter -> "$" + parameter.name() + " : "
                                + parameter.type().text())
                        .collect(Collectors.joining(", ")));
                out.append(") : ").append(function.result().text()).append(' ');
                block(function.body());
            }
            case Program.MapDeclaration map ->
                out.append("let @")
                        .append(map.name())
                        .append(" = ")
                        .append(map.type())
                        .append('(')
                        .append(map.maxEntries())
                        .append(");\n");
        }
    }

    private void block(Expression.Block block) {
        out.append("{\n");
        List<Statement> statements = block.statements();
        for (Statement statement : statements) {
            SyntaxPrinter.print(statement)
                    .lines()
                    .forEach(line -> out.append("    ").append(line).append('\n'));
        }
        if (block.value() != null) {
            SyntaxPrinter.print(block.value())
                    .lines()
                    .forEach(line -> out.append("    ").append(line).append('\n'));
        }
        out.append("}\n");
    }
}
