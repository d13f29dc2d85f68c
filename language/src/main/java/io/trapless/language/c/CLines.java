package io.trapless.language.c;

import java.util.ArrayList;
import java.util.List;

/** Physical lines of C made logical: line ends behind a backslash and comments are gone. */
final class CLines {
    private CLines() {}

    static List<String> of(String text) {
        String joined = text.replace("\r\n", "\n").replace("\\\n", "");
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int at = 0;
        while (at < joined.length()) {
            char c = joined.charAt(at);
            if (c == '\n') {
                lines.add(line.toString());
                line.setLength(0);
                at++;
            } else if (joined.startsWith("//", at)) {
                int end = joined.indexOf('\n', at);
                at = end < 0 ? joined.length() : end;
            } else if (joined.startsWith("/*", at)) {
                int end = joined.indexOf("*/", at + 2);
                line.append(' ');
                at = end < 0 ? joined.length() : end + 2;
            } else if (c == '"' || c == '\'') {
                int end = quoteEnd(joined, at);
                line.append(joined, at, end);
                at = end;
            } else {
                line.append(c);
                at++;
            }
        }
        lines.add(line.toString());
        return lines;
    }

    /** An apostrophe in prose has no partner: a literal ends with its line at the latest. */
    private static int quoteEnd(String text, int start) {
        char quote = text.charAt(start);
        int at = start + 1;
        while (at < text.length() && text.charAt(at) != '\n') {
            if (text.charAt(at) == quote) {
                return at + 1;
            }
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return Math.min(at, text.length());
    }
}
