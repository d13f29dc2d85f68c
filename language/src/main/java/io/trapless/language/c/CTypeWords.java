package io.trapless.language.c;

import io.trapless.language.syntax.TypeName;
import io.trapless.language.types.Type;
import io.trapless.language.types.TypeNames;
import io.trapless.language.types.Types;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The words of C that make a type without a name of its own ({@code unsigned long int}), and what they mean on x86-64. */
final class CTypeWords {
    private static final Set<String> QUALIFIERS = Set.of(
            "const",
            "volatile",
            "restrict",
            "__restrict",
            "__restrict__",
            "__const",
            "__volatile__",
            "inline",
            "__inline",
            "__inline__",
            "register",
            "_Noreturn",
            "_Thread_local",
            "__thread",
            "__extension__");

    private static final Set<String> WORDS = Set.of(
            "void",
            "char",
            "short",
            "int",
            "long",
            "float",
            "double",
            "signed",
            "__signed__",
            "unsigned",
            "_Bool",
            "bool",
            "__int128",
            "_Float128",
            "__builtin_va_list",
            "_Complex");

    private int longs;
    private @Nullable String base;
    private boolean isUnsigned;
    private boolean isSigned;
    private boolean isShort;
    private boolean any;

    static boolean isWord(String word) {
        return WORDS.contains(word) || QUALIFIERS.contains(word);
    }

    static boolean isQualifier(String word) {
        return QUALIFIERS.contains(word);
    }

    /** A type that needs no definition because every program knows it: {@code uint32_t}, {@code u32}, {@code __u32}. */
    static @Nullable Type common(String name) {
        String plain = name.startsWith("__") ? name.substring(2) : name;
        if (WORDS.contains(plain) || plain.equals("void")) {
            return null;
        }
        return TypeNames.resolve(new TypeName.Named(null, plain));
    }

    boolean isEmpty() {
        return !any;
    }

    /** Whether it is {@code char} and nothing more: arrays of it are strings. */
    boolean isPlainChar() {
        return "char".equals(base) && !isSigned && !isUnsigned;
    }

    /** Takes a word if it is one. */
    boolean take(String word) {
        if (QUALIFIERS.contains(word)) {
            return true;
        }
        if (!WORDS.contains(word)) {
            return false;
        }
        any = true;
        switch (word) {
            case "long" -> longs++;
            case "short" -> isShort = true;
            case "unsigned" -> isUnsigned = true;
            case "signed", "__signed__" -> isSigned = true;
            case "_Complex" -> {}
            default -> base = word;
        }
        return true;
    }

    Type type() {
        String word = base == null ? "int" : base;
        return switch (word) {
            case "void" -> new Type.Nothing();
            case "_Bool", "bool" -> Types.BOOL;
            case "float" -> new Type.Floating(4);
            case "double" -> longs > 0 ? new Type.Array(Types.UINT64, 2) : new Type.Floating(8);
            case "_Float128", "__int128" -> new Type.Array(Types.UINT64, 2);
            case "__builtin_va_list" -> new Type.Array(Types.UINT64, 3);
            case "char" -> isUnsigned ? Types.UINT8 : Types.INT8;
            default -> new Type.Int(isShort ? 2 : longs > 0 ? 8 : 4, !isUnsigned);
        };
    }
}
