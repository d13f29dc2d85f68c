package io.trapless.language.syntax;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Types: {@code uint32}, {@code struct foo *}, {@code int8[16]}. */
final class TypeParser {
    private static final Set<String> TAGS = Set.of("struct", "union", "enum");

    /** Words that begin an expression even before a parenthesis that could close a cast. */
    private static final Set<String> NEVER_TYPES =
            Set.of("true", "false", "if", "sizeof", "offsetof", "typeof", "typeinfo", "comptime");

    /** Names that are types wherever they stand: bpftrace's, and C's that need no definition. */
    private static final Set<String> TYPES = Set.of(
            "bool",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "void",
            "string",
            "buffer",
            "inet",
            "usym_t",
            "ksym_t",
            "mac_address",
            "cgroup_path_t",
            "strerror_t",
            "timestamp",
            "ustack",
            "char",
            "short",
            "int",
            "long",
            "unsigned",
            "u8",
            "u16",
            "u32",
            "u64",
            "s8",
            "s16",
            "s32",
            "s64");

    private static final Set<String> NUMBERED_TYPES =
            Set.of("min_t", "max_t", "sum_t", "count_t", "avg_t", "stats_t", "hist_t", "lhist_t");

    private final TokenStream in;

    TypeParser(TokenStream in) {
        this.in = in;
    }

    TypeName typeName() {
        TypeName name = tryTypeName();
        if (name == null) {
            throw in.expected("a type");
        }
        return name;
    }

    /** A type, or null; then the position is somewhere after where it was. */
    @Nullable TypeName tryTypeName() {
        if (!in.at(Token.Kind.IDENTIFIER)) {
            return null;
        }
        String word = in.next().text();
        TypeName type;
        if (TAGS.contains(word)) {
            if (!in.at(Token.Kind.IDENTIFIER)) {
                return null;
            }
            type = new TypeName.Named(word, in.next().text());
        } else {
            type = new TypeName.Named(null, word);
        }
        for (int suffixes = 0; suffixes < 16; suffixes++) {
            if (in.at("*")) {
                in.next();
                type = new TypeName.Pointer(type);
            } else if (in.at("[")
                    && (in.peekSecond().kind() == Token.Kind.NUMBER
                            || in.peekSecond().is("]"))) {
                in.next();
                long length = in.at("]") ? -1 : in.next().number();
                if (!in.at("]")) {
                    return null;
                }
                in.next();
                type = new TypeName.Array(type, length);
            } else {
                break;
            }
        }
        return type;
    }

    /** Whether {@code name} is a type by its form or its name alone, so that an expression is not meant. */
    boolean isCertain(TypeName name) {
        return !(name instanceof TypeName.Named named) || named.tag() != null || isKnown(named.name());
    }

    private static boolean isKnown(String name) {
        return TYPES.contains(name) || NUMBERED_TYPES.contains(name) || name.endsWith("_t");
    }

    /**
     * Whether {@code ( name )} before {@code after} is a cast and not a group. A bare name that is not known as a type (it may come from a C definition) is one only if what follows can't continue an expression.
     */
    boolean isCast(TypeName name, Token close) {
        Token after = in.lexer.token(close.span().start());
        if (name instanceof TypeName.Named named && named.tag() == null) {
            if (NEVER_TYPES.contains(named.name())) {
                return false;
            }
            return isOperandStart(after) || (isKnown(named.name()) && isPrefixOperator(after));
        }
        return isOperandStart(after) || isPrefixOperator(after);
    }

    private static boolean isOperandStart(Token token) {
        return switch (token.kind()) {
            case IDENTIFIER, NUMBER, STRING, VARIABLE, MAP -> true;
            case OPERATOR -> token.is("!") || token.is("~") || token.is("(");
            case END -> false;
        };
    }

    private static boolean isPrefixOperator(Token token) {
        return token.is("-") || token.is("*") || token.is("&") || token.is("{") || token.is("++") || token.is("--");
    }
}
