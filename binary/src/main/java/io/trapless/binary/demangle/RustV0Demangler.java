package io.trapless.binary.demangle;

import org.jspecify.annotations.Nullable;

/**
 * Rust's v0 mangling (Rust RFC 2603; "v0 Symbol Format" in the rustc book). Crate hashes and disambiguators of named items are left out, as {@code rustc-demangle} does in its
 * short form. One object demangles one name.
 */
final class RustV0Demangler {
    private static final int MAX_DEPTH = 200;
    private static final int BASE62_DIGITS_OF_LONG = 11;
    private static final int MAX_OUTPUT = 1 << 16;

    private final String text;
    private final StringBuilder out = new StringBuilder();
    private int at;
    private int depth;
    private long boundLifetimes;
    private boolean silent;

    private RustV0Demangler(String text) {
        this.text = text;
    }

    /** Stops the descent on a name that is not well-formed; it never leaves this class and carries no stack. */
    private static final class NotWellFormed extends RuntimeException {
        NotWellFormed() {
            super(null, null, false, false);
        }
    }

    static @Nullable String demangle(String mangled) {
        RustV0Demangler demangler = new RustV0Demangler(mangled.substring(2));
        try {
            if (demangler.text.isEmpty() || isDigit(demangler.text.charAt(0))) {
                // A number here would be a later version of the encoding.
                return null;
            }
            demangler.path(true);
            if (demangler.at < demangler.text.length()) {
                demangler.silent = true;
                demangler.path(false);
            }
            return demangler.at == demangler.text.length() ? demangler.out.toString() : null;
        } catch (NotWellFormed e) {
            return null;
        }
    }

    private void path(boolean inValue) {
        enter();
        switch (next()) {
            case 'C' -> {
                disambiguator();
                print(identifier());
            }
            case 'M' -> {
                skipImplPath();
                print("<");
                type();
                print(">");
            }
            case 'X' -> {
                skipImplPath();
                print("<");
                type();
                print(" as ");
                path(false);
                print(">");
            }
            case 'Y' -> {
                print("<");
                type();
                print(" as ");
                path(false);
                print(">");
            }
            case 'N' -> nested(inValue);
            case 'I' -> {
                path(inValue);
                print(inValue ? "::<" : "<");
                list(this::genericArgument);
                print(">");
            }
            case 'B' -> backReference(() -> path(inValue));
            default -> throw new NotWellFormed();
        }
        depth--;
    }

    private void nested(boolean inValue) {
        char namespace = next();
        path(inValue);
        long disambiguator = disambiguator();
        String name = identifier();
        if (namespace >= 'A' && namespace <= 'Z') {
            print("::{");
            print(namespace == 'C' ? "closure" : namespace == 'S' ? "shim" : String.valueOf(namespace));
            if (!name.isEmpty()) {
                print(":" + name);
            }
            print("#" + Long.toUnsignedString(disambiguator) + "}");
        } else if (!name.isEmpty()) {
            print("::" + name);
        }
    }

    private void skipImplPath() {
        disambiguator();
        boolean before = silent;
        silent = true;
        path(false);
        silent = before;
    }

    private void genericArgument() {
        if (eat('L')) {
            lifetime(base62());
        } else if (eat('K')) {
            constant(false);
        } else {
            type();
        }
    }

    private void type() {
        enter();
        char tag = next();
        String basic = RustV0Names.basicType(tag);
        if (basic != null) {
            print(basic);
        } else {
            compoundType(tag);
        }
        depth--;
    }

    private void compoundType(char tag) {
        switch (tag) {
            case 'R', 'Q' -> {
                print("&");
                if (eat('L')) {
                    long index = base62();
                    if (index != 0) {
                        lifetime(index);
                        print(" ");
                    }
                }
                print(tag == 'Q' ? "mut " : "");
                type();
            }
            case 'P', 'O' -> {
                print(tag == 'P' ? "*const " : "*mut ");
                type();
            }
            case 'A' -> {
                print("[");
                type();
                print("; ");
                constant(true);
                print("]");
            }
            case 'S' -> {
                print("[");
                type();
                print("]");
            }
            case 'T' -> {
                print("(");
                int count = list(this::type);
                print(count == 1 ? ",)" : ")");
            }
            case 'F' -> withBinder(this::functionType);
            case 'D' -> {
                print("dyn ");
                withBinder(() -> separated(" + ", this::dynTrait));
                if (!eat('L')) {
                    throw new NotWellFormed();
                }
                long index = base62();
                if (index != 0) {
                    print(" + ");
                    lifetime(index);
                }
            }
            case 'B' -> backReference(this::type);
            default -> {
                at--;
                path(false);
            }
        }
    }

    private void functionType() {
        if (eat('U')) {
            print("unsafe ");
        }
        if (eat('K')) {
            print("extern \"" + (eat('C') ? "C" : identifier().replace('_', '-')) + "\" ");
        }
        print("fn(");
        list(this::type);
        print(")");
        if (!eat('u')) {
            print(" -> ");
            type();
        }
    }

    private void dynTrait() {
        boolean open = pathWithOpenArguments();
        while (eat('p')) {
            print(open ? ", " : "<");
            open = true;
            print(identifier() + " = ");
            type();
        }
        print(open ? ">" : "");
    }

    /** A trait's associated types stand among its generic arguments, so the list is left open. */
    private boolean pathWithOpenArguments() {
        if (eat('B')) {
            boolean[] open = new boolean[1];
            backReference(() -> open[0] = pathWithOpenArguments());
            return open[0];
        }
        if (!eat('I')) {
            path(false);
            return false;
        }
        path(false);
        print("<");
        list(this::genericArgument);
        return true;
    }

    private void constant(boolean inArray) {
        enter();
        if (eat('p')) {
            print("_");
        } else if (eat('B')) {
            backReference(() -> constant(inArray));
        } else {
            constantOfType(next());
        }
        depth--;
    }

    private void constantOfType(char type) {
        boolean negative = "aslxni".indexOf(type) >= 0 && eat('n');
        int start = at;
        while (Character.digit(peek(), 16) >= 0) {
            at++;
        }
        String digits = text.substring(start, at);
        if (!eat('_') || RustV0Names.basicType(type) == null) {
            throw new NotWellFormed();
        }
        String value = RustV0Names.constant(type, digits);
        if (value == null) {
            throw new NotWellFormed();
        }
        print((negative ? "-" : "") + value);
    }

    private void withBinder(Runnable content) {
        long before = boundLifetimes;
        if (eat('G')) {
            long count = base62() + 1;
            if (count <= 0 || count > MAX_DEPTH) {
                throw new NotWellFormed();
            }
            print("for<");
            for (long i = 0; i < count; i++) {
                print(i == 0 ? "" : ", ");
                boundLifetimes++;
                lifetime(1);
            }
            print("> ");
        }
        content.run();
        boundLifetimes = before;
    }

    /** De Bruijn index: 0 is erased, 1 the innermost bound lifetime. */
    private void lifetime(long index) {
        if (index == 0) {
            print("'_");
            return;
        }
        long number = boundLifetimes - index;
        if (number < 0 || index < 0) {
            throw new NotWellFormed();
        }
        print(number < 26 ? "'" + (char) ('a' + number) : "'_" + number);
    }

    private int list(Runnable element) {
        return separated(", ", element);
    }

    private int separated(String separator, Runnable element) {
        int count = 0;
        while (!eat('E')) {
            print(count++ == 0 ? "" : separator);
            element.run();
        }
        return count;
    }

    private void backReference(Runnable content) {
        int tag = at - 1;
        long target = base62();
        if (target < 0 || target >= tag) {
            throw new NotWellFormed();
        }
        if (!silent) {
            int after = at;
            at = (int) target;
            content.run();
            at = after;
        }
    }

    private long disambiguator() {
        return eat('s') ? base62() + 1 : 0;
    }

    /** {@code _} is 0, any digits before it are the number less one. 64 bits, unsigned. */
    private long base62() {
        if (eat('_')) {
            return 0;
        }
        long value = 0;
        int digits = 0;
        for (char c = next(); c != '_'; c = next()) {
            int digit = isDigit(c)
                    ? c - '0'
                    : c >= 'a' && c <= 'z' ? c - 'a' + 10 : c >= 'A' && c <= 'Z' ? c - 'A' + 36 : -1;
            if (digit < 0 || ++digits > BASE62_DIGITS_OF_LONG) {
                throw new NotWellFormed();
            }
            value = value * 62 + digit;
        }
        return value + 1;
    }

    private String identifier() {
        boolean punycode = eat('u');
        int length = 0;
        if (!isDigit(peek())) {
            throw new NotWellFormed();
        }
        if (!eat('0')) {
            while (isDigit(peek()) && length < Demangler.MAX_MANGLED_LENGTH) {
                length = length * 10 + (next() - '0');
            }
        }
        eat('_');
        if (length > text.length() - at) {
            throw new NotWellFormed();
        }
        String bytes = text.substring(at, at + length);
        at += length;
        if (!punycode) {
            return bytes;
        }
        String decoded = RustV0Names.decodePunycode(bytes);
        if (decoded == null) {
            throw new NotWellFormed();
        }
        return decoded;
    }

    private void enter() {
        if (++depth > MAX_DEPTH) {
            throw new NotWellFormed();
        }
    }

    private void print(String piece) {
        if (!silent) {
            if (out.length() + piece.length() > MAX_OUTPUT) {
                throw new NotWellFormed();
            }
            out.append(piece);
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private char next() {
        if (at >= text.length()) {
            throw new NotWellFormed();
        }
        return text.charAt(at++);
    }

    private boolean eat(char wanted) {
        if (peek() == wanted && at < text.length()) {
            at++;
            return true;
        }
        return false;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
