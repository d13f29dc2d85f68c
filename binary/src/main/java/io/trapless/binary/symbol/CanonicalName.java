package io.trapless.binary.symbol;

import java.util.Set;

/**
 * A demangled name in the form that patterns are compared with: without spaces that do not separate words.
 *
 * @param full with parameters and, for templates, the return type
 * @param plain only the qualified name
 */
record CanonicalName(String full, String plain) {
    /** Words that the Itanium C++ ABI abbreviates ("Compression", section 5.1.10), or that demanglers add. */
    private static final Set<String> ABBREVIATED = Set.of(
            "std",
            "allocator",
            "basic_string",
            "string",
            "basic_istream",
            "basic_ostream",
            "basic_iostream",
            "istream",
            "ostream",
            "iostream",
            "char_traits",
            "anonymous",
            "namespace",
            "virtual",
            "thunk",
            "to",
            "non",
            "vtable",
            "for",
            "guard",
            "variable",
            "const",
            "char",
            "int",
            "long",
            "short",
            "unsigned",
            "signed",
            "bool",
            "float",
            "double",
            "void",
            "auto",
            "decltype",
            "clone",
            "impl",
            "as",
            "dyn",
            "closure",
            "lambda",
            "abi",
            "mut",
            "str",
            "usize",
            "isize",
            "u8",
            "u16",
            "u32",
            "u64",
            "i8",
            "i16",
            "i32",
            "i64");

    static CanonicalName of(String demangled) {
        String full = squeeze(demangled);
        return new CanonicalName(full, squeeze(withoutReturnType(withoutParameters(demangled))));
    }

    static boolean isAbbreviated(String word) {
        return ABBREVIATED.contains(word);
    }

    /** Drops every space that does not stand between two words. */
    static String squeeze(String text) {
        if (text.indexOf(' ') < 0) {
            return text;
        }
        StringBuilder kept = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean separates = c == ' '
                    && i > 0
                    && i + 1 < text.length()
                    && isWord(text.charAt(i - 1))
                    && isWord(text.charAt(i + 1));
            if (c != ' ' || separates) {
                kept.append(c);
            }
        }
        return kept.toString();
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '*' || c == '?';
    }

    /** Cuts the parameter list: the last parenthesis at depth 0 that is not {@code operator()} or {@code (anonymous namespace)}. */
    private static String withoutParameters(String name) {
        int end = name.lastIndexOf(')');
        if (end < 0) {
            return name;
        }
        int depth = 0;
        for (int i = end; i >= 0; i--) {
            char c = name.charAt(i);
            if (c == ')') {
                depth++;
            } else if (c == '(' && --depth == 0) {
                boolean partOfName = name.startsWith("(anonymous namespace)", i)
                        || name.startsWith("(anonymous class)", i)
                        || (name.substring(0, i).endsWith("operator")
                                && name.startsWith("()", i)
                                && i + 2 == name.length());
                return partOfName || i == 0 ? name : name.substring(0, i);
            }
        }
        return name;
    }

    /** A template's name begins with its return type: cut up to the last space outside of brackets. */
    private static String withoutReturnType(String name) {
        if (name.contains("operator")) {
            return name;
        }
        int depth = 0;
        int cut = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '<' || c == '(' || c == '[' || c == '{') {
                depth++;
            } else if (c == '>' || c == ')' || c == ']' || c == '}') {
                depth--;
            } else if (c == ' ' && depth == 0) {
                cut = i + 1;
            }
        }
        return name.substring(cut);
    }
}
