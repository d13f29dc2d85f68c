package io.trapless.language.c;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Includes, macros and conditions (C17, 6.10). Its output is one list of tokens without directives. */
final class CPreprocessor {
    private static final int MAX_INCLUDE_DEPTH = 60;
    private static final int MAX_INCLUDES = 2000;

    /** What the machine's own compiler would have defined, as far as headers ask for it. */
    private static final String PREDEFINED = """
            #define __x86_64__ 1
            #define __x86_64 1
            #define __LP64__ 1
            #define _LP64 1
            #define __linux__ 1
            #define __linux 1
            #define __unix__ 1
            #define __ELF__ 1
            #define __STDC__ 1
            #define __STDC_VERSION__ 201710L
            #define __STDC_HOSTED__ 1
            #define __GNUC__ 12
            #define __GNUC_MINOR__ 2
            #define __CHAR_BIT__ 8
            #define __BYTE_ORDER__ 1234
            #define __ORDER_LITTLE_ENDIAN__ 1234
            #define __ORDER_BIG_ENDIAN__ 4321
            #define __SIZEOF_LONG__ 8
            #define __SIZEOF_INT__ 4
            #define __SIZEOF_POINTER__ 8
            #define __SIZE_TYPE__ unsigned long
            #define __PTRDIFF_TYPE__ long
            #define __WCHAR_TYPE__ int
            #define __WINT_TYPE__ unsigned int
            #define __INTMAX_TYPE__ long
            #define __UINTMAX_TYPE__ unsigned long
            #define __INT_MAX__ 2147483647
            #define __LONG_MAX__ 9223372036854775807
            #define __restrict
            #define __inline inline
            #define __extension__
            """;

    /** Where headers come from. */
    interface Headers {
        /** The text of a header, or null. */
        @Nullable String header(String name, boolean angled);
    }

    /** A directive that can't be obeyed. */
    record Trouble(String message, int definition) {}

    private record Condition(boolean taken, boolean active, boolean outer) {}

    private final Headers headers;
    private final Map<String, CMacro> macros = new HashMap<>();
    private final CExpander expander = new CExpander(macros);
    private final List<CToken> tokens = new ArrayList<>();
    private final List<Trouble> troubles = new ArrayList<>();
    private final Set<String> once = new HashSet<>();
    private final Deque<Condition> ownConditions = new ArrayDeque<>();
    private int includes;

    /** Tokens of lines that may hold a macro call that goes on in the next line. */
    private final List<CToken> pending = new ArrayList<>();

    CPreprocessor(Headers headers) {
        this.headers = headers;
        process(PREDEFINED, -1, 0);
    }

    /** Takes one text; {@code definition} is its number for errors. */
    void process(String text, int definition) {
        process(text, definition, 0);
        flush();
    }

    List<CToken> tokens() {
        return tokens;
    }

    List<Trouble> troubles() {
        return troubles;
    }

    Map<String, CMacro> macros() {
        return macros;
    }

    /** The expander with all macros, for the values of constants. */
    CExpander expander() {
        return expander;
    }

    private void process(String text, int definition, int depth) {
        // A program's own texts are one file; a header's conditions end with it.
        Deque<Condition> conditions = depth == 0 ? ownConditions : new ArrayDeque<>();
        for (String line : CLines.of(text)) {
            boolean active = conditions.isEmpty() || conditions.getLast().active();
            String stripped = line.strip();
            if (stripped.startsWith("#")) {
                directive(stripped.substring(1).strip(), conditions, active, definition, depth);
            } else if (active && !stripped.isEmpty()) {
                pending.addAll(CLexer.lex(line, definition));
                if (balanced()) {
                    flush();
                }
            }
        }
        flush();
    }

    private boolean balanced() {
        int depth = 0;
        for (CToken token : pending) {
            depth += token.is("(") ? 1 : token.is(")") ? -1 : 0;
        }
        return depth <= 0;
    }

    private void flush() {
        tokens.addAll(expander.expand(pending));
        pending.clear();
    }

    private void directive(String line, Deque<Condition> conditions, boolean active, int definition, int depth) {
        int end = 0;
        while (end < line.length() && Character.isLetter(line.charAt(end))) {
            end++;
        }
        String name = line.substring(0, end);
        String rest = line.substring(end).strip();
        switch (name) {
            case "if", "ifdef", "ifndef" -> {
                boolean holds = active && holds(name, rest, definition);
                conditions.addLast(new Condition(holds, holds, active));
            }
            case "elif", "elifdef", "else" -> {
                if (conditions.isEmpty()) {
                    return;
                }
                Condition last = conditions.removeLast();
                boolean holds = last.outer()
                        && !last.taken()
                        && (name.equals("else") || holds(name.equals("elif") ? "if" : "ifdef", rest, definition));
                conditions.addLast(new Condition(last.taken() || holds, holds, last.outer()));
            }
            case "endif" -> conditions.pollLast();
            default -> {
                if (active) {
                    flush();
                    command(name, rest, definition, depth);
                }
            }
        }
    }

    private void command(String name, String rest, int definition, int depth) {
        switch (name) {
            case "define" -> define(rest, definition);
            case "undef" -> macros.remove(rest);
            case "include", "include_next" -> include(rest, definition, depth, name.equals("include_next"));
            case "error" -> {
                // A header's complaint about the machine it was not made for is no error of the program.
                if (depth == 0) {
                    troubles.add(new Trouble("#error " + rest, definition));
                }
            }
            default -> {}
        }
    }

    private boolean holds(String kind, String rest, int definition) {
        if (!kind.equals("if")) {
            boolean defined = macros.containsKey(rest.split("\\W", 2)[0]);
            return defined == kind.equals("ifdef");
        }
        List<CToken> replaced = new ArrayList<>();
        List<CToken> line = CLexer.lex(rest, definition);
        for (int i = 0; i < line.size(); i++) {
            CToken token = line.get(i);
            if (!token.is("defined") && !token.is("__has_include")) {
                replaced.add(token);
                continue;
            }
            boolean parenthesis = i + 1 < line.size() && line.get(i + 1).is("(");
            int operand = i + (parenthesis ? 2 : 1);
            boolean is = token.is("defined")
                    && operand < line.size()
                    && macros.containsKey(line.get(operand).text());
            replaced.add(new CToken(CToken.Kind.NUMBER, is ? "1" : "0", definition, false));
            i = operand;
            while (parenthesis && i < line.size() && !line.get(i).is(")")) {
                i++;
            }
        }
        try {
            return CConstant.condition(expander.expand(replaced)) != 0;
        } catch (CConstant.Unreadable e) {
            return false;
        }
    }

    private void define(String rest, int definition) {
        List<CToken> line = CLexer.lex(rest, definition);
        if (line.isEmpty() || !line.getFirst().isIdentifier()) {
            troubles.add(new Trouble("#define needs a name", definition));
            return;
        }
        String name = line.getFirst().text();
        boolean function =
                line.size() > 1 && line.get(1).is("(") && !line.get(1).spaced();
        if (!function) {
            macros.put(name, new CMacro(name, null, false, line.subList(1, line.size())));
            return;
        }
        List<String> parameters = new ArrayList<>();
        boolean variadic = false;
        int at = 2;
        while (at < line.size() && !line.get(at).is(")")) {
            CToken token = line.get(at++);
            if (token.isIdentifier()) {
                parameters.add(token.text());
            } else if (token.is("...")) {
                variadic = true;
                if (at < 2 || !line.get(at - 2).isIdentifier()) {
                    parameters.add("__VA_ARGS__");
                }
            }
        }
        List<CToken> body = at + 1 < line.size() ? line.subList(at + 1, line.size()) : List.of();
        macros.put(name, new CMacro(name, parameters, variadic, body));
    }

    private void include(String rest, int definition, int depth, boolean next) {
        String name = rest;
        if (!name.startsWith("<") && !name.startsWith("\"")) {
            StringBuilder expanded = new StringBuilder();
            expander.expand(CLexer.lex(rest, definition)).forEach(t -> expanded.append(t.text()));
            name = expanded.toString();
        }
        boolean angled = name.startsWith("<");
        int close = name.indexOf(angled ? '>' : '"', 1);
        if (close < 2 || (!angled && !name.startsWith("\""))) {
            troubles.add(new Trouble("#include needs a file in quotes or angle brackets", definition));
            return;
        }
        String file = name.substring(1, close);
        if (next || depth >= MAX_INCLUDE_DEPTH || ++includes > MAX_INCLUDES || once.contains(file)) {
            return;
        }
        String text = headers.header(file, angled);
        if (text == null) {
            // What a header of the system misses it will not need: there are several sets of headers.
            if (depth == 0) {
                troubles.add(new Trouble("'" + file + "' file not found", definition));
            }
            return;
        }
        if (text.contains("#pragma once")) {
            once.add(file);
        }
        process(text, definition, depth + 1);
    }
}
