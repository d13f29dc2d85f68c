package io.trapless.language.c;

import io.trapless.language.types.EnumDefinition;
import io.trapless.language.types.StructLayout;
import io.trapless.language.types.Type;
import io.trapless.language.types.Types;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Declarations at the top level of a C file (C17, 6.7): types are kept, all else is passed over. */
final class CDeclarations {
    private static final int MAX_DEPTH = 100;

    private final List<CToken> tokens;
    private final CDefinitions definitions;
    private final List<CReader.Trouble> troubles = new ArrayList<>();
    private int at;
    private int anonymous;
    private int depth;

    /** Whether the specifiers read last are those of plain {@code char}. */
    private boolean plainChar;

    private final Set<String> plainCharTypedefs = new HashSet<>();

    /** A declaration that can't be read. */
    private static final class Unreadable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message, null, false, false);
        }
    }

    /** What {@code __attribute__} and {@code _Alignas} ask for. */
    private static final class Attributes {
        boolean packed;
        int align;
    }

    /**
     * A name and its type.
     *
     * @param name empty if it has none
     */
    private record Declarator(String name, Type type, boolean function) {}

    CDeclarations(List<CToken> tokens, CDefinitions definitions) {
        this.tokens = tokens;
        this.definitions = definitions;
    }

    List<CReader.Trouble> troubles() {
        return troubles;
    }

    void read() {
        while (at < tokens.size()) {
            int start = at;
            depth = 0;
            try {
                declaration();
            } catch (Unreadable e) {
                troubles.add(new CReader.Trouble(
                        String.valueOf(e.getMessage()),
                        tokens.get(Math.min(at, tokens.size() - 1)).definition()));
                at = start;
                skip();
            }
            if (at == start) {
                at++;
            }
        }
    }

    /** To the end of a declaration: a semicolon, or a brace that closes a body. */
    private void skip() {
        int open = 0;
        while (at < tokens.size()) {
            CToken token = tokens.get(at++);
            open += token.is("{") ? 1 : token.is("}") ? -1 : 0;
            if (open <= 0 && token.is(";")) {
                return;
            }
            if (open <= 0 && token.is("}")) {
                if (at < tokens.size()
                        && (tokens.get(at).is(";") || tokens.get(at).is("__attribute__"))) {
                    continue;
                }
                return;
            }
        }
    }

    private CToken peek() {
        return at < tokens.size() ? tokens.get(at) : new CToken(CToken.Kind.END, "the end", 0, false);
    }

    private boolean take(String text) {
        if (peek().is(text)) {
            at++;
            return true;
        }
        return false;
    }

    private void expect(String text) {
        if (!take(text)) {
            throw new Unreadable("expected '" + text + "', found '" + peek().text() + "'");
        }
    }

    private void declaration() {
        if (take(";")) {
            return;
        }
        if (peek().is("_Static_assert") || peek().is("static_assert") || peek().is("__asm__")) {
            skip();
            return;
        }
        boolean typedef = false;
        while (peek().is("typedef") || peek().is("extern") || peek().is("static") || peek().is("__extension__")) {
            typedef |= peek().is("typedef");
            at++;
        }
        Attributes attributes = new Attributes();
        boolean own = peek().is("struct") || peek().is("union") || peek().is("enum");
        Type base = specifiers(attributes);
        if (!typedef) {
            // After a structure's brace a semicolon may be left out, as bpftrace allows.
            if (own && at > 0 && tokens.get(at - 1).is("}")) {
                if (!take(";") && peek().isIdentifier() && !startsType(peek())) {
                    skip();
                }
                return;
            }
            skip();
            return;
        }
        do {
            boolean plain = plainChar;
            Declarator declarator = declarator(base);
            attributes(attributes);
            if (plain && declarator.type().equals(Types.INT8)) {
                plainCharTypedefs.add(declarator.name());
            }
            if (!declarator.name().isEmpty()) {
                definitions.typedefs.put(
                        declarator.name(), declarator.function() ? new Type.Nothing() : declarator.type());
            }
        } while (take(","));
        expect(";");
    }

    private boolean startsType(CToken token) {
        return token.is("struct")
                || token.is("union")
                || token.is("enum")
                || token.is("typedef")
                || token.is("extern")
                || token.is("static")
                || CTypeWords.isWord(token.text())
                || definitions.typedefs.containsKey(token.text());
    }

    private void attributes(Attributes attributes) {
        while (true) {
            if (take("__attribute__") || take("__attribute")) {
                parenthesised(attributes);
            } else if (take("_Alignas") || take("alignas")) {
                int start = at + 1;
                skipParenthesis();
                Long value = constantOrNull(tokens.subList(Math.min(start, at - 1), at - 1));
                attributes.align = value == null ? attributes.align : alignment(value);
            } else if (peek().is("__asm__") || peek().is("asm") || peek().is("__declspec")) {
                at++;
                skipParenthesis();
            } else {
                return;
            }
        }
    }

    private static int alignment(long value) {
        return value >= 1 && value <= 4096 && Long.bitCount(value) == 1 ? (int) value : 0;
    }

    private void parenthesised(Attributes attributes) {
        int start = at;
        skipParenthesis();
        for (int i = start; i < at; i++) {
            String word = tokens.get(i).text();
            if (word.equals("packed") || word.equals("__packed__")) {
                attributes.packed = true;
            } else if (word.equals("aligned") || word.equals("__aligned__")) {
                int close = i + 1;
                while (close < at && !tokens.get(close).is(")")) {
                    close++;
                }
                Long value = i + 2 < close ? constantOrNull(tokens.subList(i + 2, close)) : Long.valueOf(16);
                attributes.align = Math.max(attributes.align, value == null ? 0 : alignment(value));
            }
        }
    }

    private void skipParenthesis() {
        if (!peek().is("(")) {
            throw new Unreadable("expected '(', found '" + peek().text() + "'");
        }
        int open = 0;
        while (at < tokens.size()) {
            CToken token = tokens.get(at++);
            open += token.is("(") ? 1 : token.is(")") ? -1 : 0;
            if (open == 0) {
                return;
            }
        }
    }

    private Type specifiers(Attributes attributes) {
        CTypeWords words = new CTypeWords();
        Type named = null;
        boolean plainTypedef = false;
        while (true) {
            attributes(attributes);
            CToken token = peek();
            if (token.is("struct") || token.is("union")) {
                at++;
                named = struct(token.text(), attributes);
            } else if (token.is("enum")) {
                at++;
                named = enumeration(attributes);
            } else if (token.is("typeof") || token.is("__typeof__") || token.is("_Atomic")) {
                throw new Unreadable("'" + token.text() + "' is not supported");
            } else if (token.isIdentifier() && words.take(token.text())) {
                at++;
            } else if (named == null && words.isEmpty() && token.isIdentifier()) {
                Type typedef = typedef(token.text());
                if (typedef == null) {
                    throw new Unreadable("unknown type name '" + token.text() + "'");
                }
                at++;
                named = typedef;
                plainTypedef = plainCharTypedefs.contains(token.text());
            } else {
                break;
            }
        }
        plainChar = named == null ? words.isPlainChar() : plainTypedef;
        if (named != null) {
            return named;
        }
        if (words.isEmpty()) {
            throw new Unreadable("expected a type, found '" + peek().text() + "'");
        }
        return words.type();
    }

    private @Nullable Type typedef(String name) {
        Type type = definitions.typedefs.get(name);
        return type != null ? type : CTypeWords.common(name);
    }

    private Type struct(String tag, Attributes outer) {
        Attributes attributes = new Attributes();
        attributes(attributes);
        boolean named = peek().isIdentifier();
        String name = tag + " " + (named ? tokens.get(at++).text() : "(anonymous " + ++anonymous + ")");
        attributes(attributes);
        StructLayout layout = definitions.structs.computeIfAbsent(name, n -> new StructLayout(n, tag.equals("union")));
        if (!peek().is("{")) {
            return new Type.Struct(layout);
        }
        if (++depth > MAX_DEPTH) {
            throw new Unreadable("nested too deeply");
        }
        int body = ++at;
        // Attributes behind the brace count too: find them first.
        skipBody();
        attributes(attributes);
        int end = at;
        at = body;
        LayoutBuilder builder = new LayoutBuilder(tag.equals("union"), attributes.packed || outer.packed);
        while (!take("}")) {
            member(builder);
        }
        depth--;
        at = end;
        builder.align(attributes.align);
        if (layout.isComplete()) {
            throw new Unreadable("redefinition of '" + name + "'");
        }
        if (!builder.complete(layout)) {
            throw new Unreadable("'" + name + "' is too large");
        }
        return new Type.Struct(layout);
    }

    private void skipBody() {
        int open = 1;
        while (open > 0) {
            if (at >= tokens.size()) {
                throw new Unreadable("expected '}', found the end");
            }
            CToken token = tokens.get(at++);
            open += token.is("{") ? 1 : token.is("}") ? -1 : 0;
        }
    }

    private void member(LayoutBuilder builder) {
        if (take(";")) {
            return;
        }
        while (take("__extension__")) {
            // Says only that the compiler should not warn.
        }
        Attributes attributes = new Attributes();
        Type base = specifiers(attributes);
        if (take(";")) {
            if (base instanceof Type.Struct inner) {
                builder.anonymous(inner.layout(), attributes.align);
            }
            return;
        }
        do {
            if (take(":")) {
                builder.bits("", base, width(base));
                continue;
            }
            Declarator declarator = declarator(base);
            if (take(":")) {
                int width = width(declarator.type());
                attributes(attributes);
                builder.bits(declarator.name(), declarator.type(), width);
            } else {
                attributes(attributes);
                requireSized(declarator);
                builder.field(declarator.name(), declarator.type(), attributes.align);
            }
        } while (take(","));
        if (!peek().is("}")) {
            expect(";");
        }
    }

    private static void requireSized(Declarator declarator) {
        if (declarator.type() instanceof Type.Struct s && !s.layout().isComplete()) {
            throw new Unreadable("field '" + declarator.name() + "' has incomplete type '"
                    + s.layout().name() + "'");
        }
        if (declarator.type() instanceof Type.Nothing || declarator.function()) {
            throw new Unreadable("field '" + declarator.name() + "' has no size");
        }
    }

    private int width(Type type) {
        int start = at;
        while (!peek().is(";") && !peek().is(",") && !peek().is("}") && at < tokens.size()) {
            at++;
        }
        long width = constant(tokens.subList(start, at));
        if (!type.isNumber() || width < 0 || width > 8L * type.sizeInBytes()) {
            throw new Unreadable("a bit field of " + width + " bits does not fit its type");
        }
        return (int) width;
    }

    private Type enumeration(Attributes attributes) {
        attributes(attributes);
        String name = "enum " + (peek().isIdentifier() ? tokens.get(at++).text() : "(anonymous " + ++anonymous + ")");
        Type underlying = null;
        if (take(":")) {
            CTypeWords words = new CTypeWords();
            while (peek().isIdentifier() && words.take(peek().text())) {
                at++;
            }
            if (words.isEmpty()) {
                underlying = typedef(peek().text());
                at++;
            } else {
                underlying = words.type();
            }
        }
        if (!take("{")) {
            Type known = definitions.enumerations.get(name);
            return known == null ? Types.UINT32 : known;
        }
        List<EnumDefinition.Enumerator> enumerators = new ArrayList<>();
        long next = 0;
        while (!take("}")) {
            if (!peek().isIdentifier()) {
                throw new Unreadable("expected a name, found '" + peek().text() + "'");
            }
            String enumerator = tokens.get(at++).text();
            attributes(attributes);
            if (take("=")) {
                int start = at;
                int open = 0;
                while (at < tokens.size() && (open > 0 || (!peek().is(",") && !peek().is("}")))) {
                    open += peek().is("(") ? 1 : peek().is(")") ? -1 : 0;
                    at++;
                }
                next = constant(tokens.subList(start, at));
            }
            enumerators.add(new EnumDefinition.Enumerator(enumerator, next));
            // Later ones may be written in terms of it.
            definitions.enumerators.put(
                    enumerator,
                    new CDefinitions.Enumerator(
                            next, new Type.Enumeration(new EnumDefinition(name, List.of()), 8, false)));
            next++;
            if (!take(",") && !peek().is("}")) {
                throw new Unreadable("expected ',' or '}', found '" + peek().text() + "'");
            }
        }
        return define(name, enumerators, underlying);
    }

    private Type define(String name, List<EnumDefinition.Enumerator> enumerators, @Nullable Type underlying) {
        boolean signed = enumerators.stream().anyMatch(e -> e.value() < 0);
        boolean wide = enumerators.stream()
                .anyMatch(e -> signed ? e.value() != (int) e.value() : e.value() != (e.value() & 0xFFFF_FFFFL));
        EnumDefinition definition = new EnumDefinition(name, enumerators);
        Type.Enumeration type = underlying instanceof Type.Int i
                ? new Type.Enumeration(definition, i.sizeBytes(), i.signed())
                : new Type.Enumeration(definition, wide ? 8 : 4, signed);
        definitions.enumerations.put(name, type);
        Type.Enumeration inExpressions = new Type.Enumeration(definition, 8, false);
        enumerators.forEach(
                e -> definitions.enumerators.put(e.name(), new CDefinitions.Enumerator(e.value(), inExpressions)));
        return type;
    }

    /** C17, 6.7.6: pointers before a name, arrays and parameter lists behind it. */
    private Declarator declarator(Type base) {
        if (++depth > MAX_DEPTH) {
            throw new Unreadable("nested too deeply");
        }
        Type type = base;
        while (true) {
            if (take("*")) {
                type = new Type.Pointer(type);
            } else if (CTypeWords.isQualifier(peek().text())) {
                at++;
            } else if (peek().is("__attribute__")) {
                attributes(new Attributes());
            } else {
                break;
            }
        }
        Declarator result;
        if (peek().is("(") && at + 1 < tokens.size() && isInnerDeclarator(tokens.get(at + 1))) {
            int inner = ++at;
            int open = 1;
            while (open > 0 && at < tokens.size()) {
                open += peek().is("(") ? 1 : peek().is(")") ? -1 : 0;
                at++;
            }
            boolean function = peek().is("(");
            Type outer = suffixes(type);
            int end = at;
            at = inner;
            result = declarator(function ? new Type.Nothing() : outer);
            expect(")");
            at = end;
        } else {
            String name = peek().isIdentifier() ? tokens.get(at++).text() : "";
            boolean function = peek().is("(");
            result = new Declarator(name, suffixes(type), function);
        }
        depth--;
        return result;
    }

    private boolean isInnerDeclarator(CToken token) {
        return token.is("*")
                || token.is("(")
                || token.is("__attribute__")
                || (token.isIdentifier() && !CTypeWords.isWord(token.text()) && typedef(token.text()) == null);
    }

    private Type suffixes(Type element) {
        List<Long> lengths = new ArrayList<>();
        while (true) {
            if (peek().is("(")) {
                skipParenthesis();
            } else if (take("[")) {
                int start = at;
                int open = 1;
                while (open > 0) {
                    if (at >= tokens.size()) {
                        throw new Unreadable("expected ']', found the end");
                    }
                    open += peek().is("[") ? 1 : peek().is("]") ? -1 : 0;
                    at++;
                }
                List<CToken> length = tokens.subList(start, at - 1);
                lengths.add(length.isEmpty() ? 0L : constant(length));
            } else {
                break;
            }
        }
        Type type = element;
        for (int i = lengths.size() - 1; i >= 0; i--) {
            long length = lengths.get(i);
            long bytes = Math.max(1, type.sizeInBytes());
            if (length < 0 || length > LayoutBuilder.MAX_BYTES / bytes) {
                throw new Unreadable("an array can't have " + length + " elements");
            }
            // bpftrace takes arrays of char as strings.
            type = plainChar && length > 0 && i == lengths.size() - 1 && type.equals(Types.INT8)
                    ? new Type.Str((int) length)
                    : new Type.Array(type, (int) length);
        }
        return type;
    }

    private long constant(List<CToken> expression) {
        try {
            return CConstant.evaluate(expression, names());
        } catch (CConstant.Unreadable e) {
            throw new Unreadable(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable Long constantOrNull(List<CToken> expression) {
        try {
            return CConstant.evaluate(expression, names());
        } catch (CConstant.Unreadable e) {
            return null;
        }
    }

    private CConstant.Names names() {
        return new CConstant.Names() {
            @Override
            public @Nullable Long value(String name) {
                CDefinitions.Enumerator enumerator = definitions.enumerators.get(name);
                return enumerator == null ? null : enumerator.value();
            }

            @Override
            public @Nullable Long sizeOf(List<CToken> type) {
                if (type.isEmpty()
                        || !(startsType(type.getFirst())
                                || typedef(type.getFirst().text()) != null)) {
                    return null;
                }
                try {
                    CDeclarations inner = new CDeclarations(type, definitions);
                    Type base = inner.specifiers(new Attributes());
                    Declarator declarator = inner.declarator(base);
                    return inner.at == type.size() ? (long) declarator.type().sizeInBytes() : null;
                } catch (Unreadable e) {
                    return null;
                }
            }
        };
    }
}
