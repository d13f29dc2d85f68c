package io.trapless.language.expand;

import io.trapless.language.c.CDefinitions;
import io.trapless.language.diagnostic.Sources;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.syntax.Expression;
import io.trapless.language.syntax.Program;
import java.util.List;
import java.util.Map;

/**
 * A program of one piece.
 *
 * @param settings of the main file's {@code config} block
 * @param definitions of the C of all files
 * @param actions in order, imported ones first
 * @param mapDeclarations of all files
 * @param calls for each block that came out of a macro (by identity) the place of the call
 */
public record ExpandedProgram(
        Sources sources,
        List<Program.Setting> settings,
        CDefinitions definitions,
        List<Program.Action> actions,
        List<Program.MapDeclaration> mapDeclarations,
        Map<Expression.Block, Span> calls) {
    public ExpandedProgram {
        settings = List.copyOf(settings);
        actions = List.copyOf(actions);
        mapDeclarations = List.copyOf(mapDeclarations);
    }
}
