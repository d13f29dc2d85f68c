package io.trapless.trace.ctf;

import io.trapless.trace.ctf.TraceException.Reason;

/** Cuts TSDL (CTF 1.8, appendix C.1) into tokens. */
final class TsdlLexer {
    /** What a token is. */
    enum Kind {
        WORD,
        NUMBER,
        STRING,
        /** One of {@code { } [ ] ( ) < > ; , = : . - +}, {@code :=} or {@code ...}. */
        PUNCTUATION,
        END
    }

    private final String text;
    private int position;
    private int line = 1;

    private Kind kind = Kind.END;
    private String word = "";
    private long number;

    TsdlLexer(String text) {
        this.text = text;
    }

    Kind kind() {
        return kind;
    }

    /** The word, the punctuation, or the string's value. */
    String word() {
        return word;
    }

    long number() {
        return number;
    }

    /** Is the token this word or punctuation? */
    boolean is(String expected) {
        return (kind == Kind.WORD || kind == Kind.PUNCTUATION) && word.equals(expected);
    }

    TraceException error(String problem) {
        return new TraceException(
                Reason.DAMAGED, "The trace's metadata is damaged at line " + line + ": " + problem + ".");
    }

    /** How the token is named in an error. */
    String shown() {
        return switch (kind) {
            case END -> "the end";
            case NUMBER -> Long.toUnsignedString(number);
            case WORD, STRING, PUNCTUATION -> "'" + (word.length() <= 40 ? word : word.substring(0, 40) + "...") + "'";
        };
    }

    void advance() throws TraceException {
        skipBlanks();
        if (position >= text.length()) {
            kind = Kind.END;
            word = "";
            return;
        }
        char c = text.charAt(position);
        if (c == '"') {
            string();
        } else if (c >= '0' && c <= '9') {
            readNumber();
        } else if (isWordPart(c)) {
            int start = position;
            while (position < text.length() && isWordPart(text.charAt(position))) {
                position++;
            }
            kind = Kind.WORD;
            word = text.substring(start, position);
        } else {
            punctuation(c);
        }
    }

    private void punctuation(char c) throws TraceException {
        kind = Kind.PUNCTUATION;
        if (text.startsWith(":=", position)) {
            word = ":=";
        } else if (text.startsWith("...", position)) {
            word = "...";
        } else if ("{}[]()<>;,=:.-+".indexOf(c) >= 0) {
            word = String.valueOf(c);
        } else {
            throw error("character U+" + Integer.toHexString(c) + " does not belong there");
        }
        position += word.length();
    }

    private void skipBlanks() throws TraceException {
        while (position < text.length()) {
            char c = text.charAt(position);
            if (c == '\n') {
                line++;
                position++;
            } else if (c == ' ' || c == '\t' || c == '\r') {
                position++;
            } else if (text.startsWith("/*", position)) {
                int end = text.indexOf("*/", position + 2);
                if (end < 0) {
                    throw error("a comment does not end");
                }
                line += (int) text.substring(position, end)
                        .chars()
                        .filter(b -> b == '\n')
                        .count();
                position = end + 2;
            } else if (text.startsWith("//", position)) {
                int end = text.indexOf('\n', position);
                position = end < 0 ? text.length() : end;
            } else {
                return;
            }
        }
    }

    private void readNumber() throws TraceException {
        int start = position;
        while (position < text.length() && isWordPart(text.charAt(position))) {
            position++;
        }
        String digits = text.substring(start, position);
        while (!digits.isEmpty() && "uUlL".indexOf(digits.charAt(digits.length() - 1)) >= 0) {
            digits = digits.substring(0, digits.length() - 1);
        }
        try {
            if (digits.startsWith("0x") || digits.startsWith("0X")) {
                number = Long.parseUnsignedLong(digits.substring(2), 16);
            } else if (digits.length() > 1 && digits.startsWith("0")) {
                number = Long.parseUnsignedLong(digits, 8);
            } else {
                number = Long.parseUnsignedLong(digits);
            }
        } catch (NumberFormatException e) {
            TraceException error = error("a number is not well-formed");
            error.addSuppressed(e);
            throw error;
        }
        kind = Kind.NUMBER;
        word = "";
    }

    private void string() throws TraceException {
        StringBuilder value = new StringBuilder();
        position++;
        while (true) {
            char c = next();
            if (c == '"') {
                break;
            }
            if (c == '\n') {
                line++;
            }
            value.append(c == '\\' ? escape() : c);
        }
        kind = Kind.STRING;
        word = value.toString();
    }

    private char escape() throws TraceException {
        char c = next();
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            case 'a' -> 7;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'v' -> 11;
            case 'x' -> (char) digits(16, 2);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                position--;
                yield (char) digits(8, 3);
            }
            default -> c;
        };
    }

    private int digits(int base, int most) throws TraceException {
        int value = 0;
        int count = 0;
        while (count < most && position < text.length() && Character.digit(text.charAt(position), base) >= 0) {
            value = value * base + Character.digit(text.charAt(position++), base);
            count++;
        }
        if (count == 0) {
            throw error("an escape sequence is not well-formed");
        }
        return value;
    }

    private char next() throws TraceException {
        if (position >= text.length()) {
            throw error("a string does not end");
        }
        return text.charAt(position++);
    }

    private static boolean isWordPart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
    }
}
