package io.trapless.tracer.resolve;

import io.trapless.binary.dwarf.LineMatch;
import io.trapless.language.syntax.ProbeTarget;

/** What to say when a source line has no code. */
final class LineHints {
    private LineHints() {}

    static String sentence(ProbeTarget.SourceLine target, LineMatch match, String module) {
        if (match.files().isEmpty()) {
            return "no code of a source file '" + target.file() + "' is in the debugging information of " + module
                    + ": check the file's name";
        }
        if (match.files().size() > 1) {
            return "'" + target.file() + "' means several source files; give more of the path: "
                    + String.join(", ", match.files());
        }
        if (match.lines().contains(target.line())) {
            return "no statement begins at column " + target.column() + " of line " + target.line() + " of "
                    + match.files().getFirst() + ": leave the column out";
        }
        Integer before = match.lines().lower(target.line());
        Integer after = match.lines().higher(target.line());
        String near = before == null ? after + "" : after == null ? before + "" : before + " and " + after;
        return "line " + target.line() + " of " + match.files().getFirst()
                + " has no code; the nearest lines that have are: " + near;
    }
}
