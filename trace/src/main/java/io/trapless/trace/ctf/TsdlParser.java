package io.trapless.trace.ctf;

import io.trapless.trace.ctf.Metadata.Block;
import io.trapless.trace.ctf.TsdlLexer.Kind;
import io.trapless.trace.event.Environment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads TSDL (CTF 1.8, appendix C) into declarations: the blocks, and all types but variants and bit fields. Recursive descent, to a bounded depth.
 */
final class TsdlParser {
    private static final int MAX_DEPTH = 32;

    private final TsdlLexer lexer;
    private final TsdlTypes types;
    private final Block trace = new Block();
    private final Environment.Builder environment = Environment.builder();
    private final List<Block> clocks = new ArrayList<>();
    private final List<Block> streams = new ArrayList<>();
    private final List<Block> events = new ArrayList<>();

    private TsdlParser(String text) {
        lexer = new TsdlLexer(text);
        types = new TsdlTypes(lexer);
    }

    static Metadata parse(String text) throws TraceException {
        TsdlParser parser = new TsdlParser(text);
        parser.lexer.advance();
        while (parser.lexer.kind() != Kind.END) {
            parser.topLevel();
        }
        return new Metadata(parser.trace, parser.environment.build(), parser.clocks, parser.streams, parser.events);
    }

    private void topLevel() throws TraceException {
        switch (lexer.word()) {
            case "typealias" -> typealias(0);
            case "trace" -> block(trace);
            case "env" -> env();
            case "clock" -> clocks.add(block(new Block()));
            case "stream" -> streams.add(block(new Block()));
            case "event" -> events.add(block(new Block()));
            case "callsite" -> block(new Block());
            case "typedef" -> {
                lexer.advance();
                CtfType.Member named = member(0);
                types.define(named.name(), named.type());
            }
            case "struct", "enum" -> {
                type(0);
                expect(";");
            }
            default -> throw lexer.error(lexer.shown() + " begins no declaration");
        }
    }

    private Block block(Block block) throws TraceException {
        lexer.advance();
        expect("{");
        types.enterScope();
        while (!lexer.is("}")) {
            if (lexer.is("typealias")) {
                typealias(0);
                continue;
            }
            String path = path();
            if (lexer.is(":=")) {
                lexer.advance();
                block.types.put(path, type(0));
            } else {
                expect("=");
                block.values.put(path, value());
            }
            expect(";");
        }
        types.leaveScope();
        lexer.advance();
        expect(";");
        return block;
    }

    private void env() throws TraceException {
        Block block = block(new Block());
        for (Map.Entry<String, Object> entry : block.values.entrySet()) {
            if (entry.getValue() instanceof Long number) {
                environment.put(entry.getKey(), number);
            } else {
                environment.put(entry.getKey(), entry.getValue().toString());
            }
        }
    }

    private String path() throws TraceException {
        StringBuilder path = new StringBuilder(word());
        while (lexer.is(".")) {
            lexer.advance();
            path.append('.').append(word());
        }
        return path.toString();
    }

    /** A {@link Long} or a {@link String}; a word or a dotted path is a string. */
    private Object value() throws TraceException {
        return switch (lexer.kind()) {
            case STRING -> strings();
            case NUMBER -> unsigned();
            case WORD -> path();
            case PUNCTUATION, END -> signed();
        };
    }

    /** Strings side by side are one. */
    private String strings() throws TraceException {
        StringBuilder text = new StringBuilder();
        while (lexer.kind() == Kind.STRING) {
            text.append(lexer.word());
            lexer.advance();
        }
        return text.toString();
    }

    private long signed() throws TraceException {
        boolean negative = lexer.is("-");
        if (!negative && !lexer.is("+")) {
            throw lexer.error("a value is missing before " + lexer.shown());
        }
        lexer.advance();
        long number = unsigned();
        return negative ? -number : number;
    }

    private void typealias(int depth) throws TraceException {
        lexer.advance();
        CtfType type = type(depth);
        expect(":=");
        types.define(words(), type);
        expect(";");
    }

    private CtfType type(int depth) throws TraceException {
        if (depth > MAX_DEPTH) {
            throw lexer.error("types are nested too deep");
        }
        return switch (lexer.word()) {
            case "integer" -> types.integer(attributes());
            case "floating_point" -> types.real(attributes());
            case "string" -> {
                attributes();
                yield new CtfType.Text();
            }
            case "struct" -> struct(depth);
            case "enum" -> enumeration(depth);
            case "variant" -> throw TraceException.unsupported("a variant");
            default -> types.find(words());
        };
    }

    /** The {@code { name = value; ... }} after a type's keyword; may be absent. */
    private Map<String, Object> attributes() throws TraceException {
        Map<String, Object> attributes = new HashMap<>();
        lexer.advance();
        if (!lexer.is("{")) {
            return attributes;
        }
        lexer.advance();
        while (!lexer.is("}")) {
            String name = word();
            expect("=");
            attributes.put(name, value());
            expect(";");
        }
        lexer.advance();
        return attributes;
    }

    private CtfType struct(int depth) throws TraceException {
        lexer.advance();
        String name = lexer.kind() == Kind.WORD ? word() : "";
        if (!lexer.is("{")) {
            return types.find("struct " + name);
        }
        lexer.advance();
        types.enterScope();
        List<CtfType.Member> members = new ArrayList<>();
        int alignBits = 1;
        while (!lexer.is("}")) {
            if (lexer.is("typealias")) {
                typealias(depth + 1);
                continue;
            }
            CtfType.Member member = member(depth + 1);
            members.add(member);
            alignBits = Math.max(alignBits, member.type().alignBits());
        }
        types.leaveScope();
        lexer.advance();
        if (lexer.is("align")) {
            lexer.advance();
            expect("(");
            alignBits = Math.max(alignBits, types.alignment(unsigned()));
            expect(")");
        }
        CtfType.Struct struct = new CtfType.Struct(members, alignBits);
        if (!name.isEmpty()) {
            types.define("struct " + name, struct);
        }
        return struct;
    }

    private CtfType enumeration(int depth) throws TraceException {
        lexer.advance();
        String name = lexer.kind() == Kind.WORD ? word() : "";
        CtfType container = null;
        if (lexer.is(":")) {
            lexer.advance();
            container = type(depth + 1);
        }
        if (!lexer.is("{")) {
            return types.find("enum " + name);
        }
        while (!lexer.is("}")) {
            if (lexer.kind() == Kind.END) {
                throw lexer.error("an enumeration does not end");
            }
            lexer.advance();
        }
        lexer.advance();
        CtfType.Enumeration enumeration =
                new CtfType.Enumeration(container instanceof CtfType.Int integer ? integer : types.findInteger("int"));
        if (!name.isEmpty()) {
            types.define("enum " + name, enumeration);
        }
        return enumeration;
    }

    /** {@code type name;} with any number of {@code [length]}s behind the name. */
    private CtfType.Member member(int depth) throws TraceException {
        String name = "";
        CtfType type;
        if (lexer.is("integer")
                || lexer.is("floating_point")
                || lexer.is("string")
                || lexer.is("struct")
                || lexer.is("enum")) {
            type = type(depth);
            name = word();
        } else if (lexer.is("variant")) {
            throw TraceException.unsupported("a variant");
        } else {
            String words = words();
            int space = words.lastIndexOf(' ');
            if (space < 0) {
                throw lexer.error("a field without a name before " + lexer.shown());
            }
            type = types.find(words.substring(0, space));
            name = words.substring(space + 1);
        }
        return new CtfType.Member(name, subscripts(type, depth));
    }

    /** Reads {@code [a][b];}: an array of a arrays of b elements. */
    private CtfType subscripts(CtfType element, int depth) throws TraceException {
        if (depth > MAX_DEPTH) {
            throw lexer.error("types are nested too deep");
        }
        if (!lexer.is("[")) {
            expect(";");
            return element;
        }
        lexer.advance();
        long length = -1;
        String lengthField = "";
        if (lexer.kind() == Kind.NUMBER) {
            length = unsigned();
            if (length < 0 || length > TsdlTypes.MAX_ARRAY_LENGTH) {
                throw TraceException.unsupported("an array of " + Long.toUnsignedString(length) + " elements");
            }
        } else {
            lengthField = path();
        }
        expect("]");
        CtfType inner = subscripts(element, depth + 1);
        return length >= 0 ? new CtfType.Array(inner, (int) length) : new CtfType.Sequence(inner, lengthField);
    }

    /** One or more words, such as {@code unsigned long}. */
    private String words() throws TraceException {
        String first = word();
        if (lexer.kind() != Kind.WORD) {
            return first;
        }
        StringBuilder words = new StringBuilder(first);
        while (lexer.kind() == Kind.WORD) {
            words.append(' ').append(word());
        }
        return words.toString();
    }

    private String word() throws TraceException {
        if (lexer.kind() != Kind.WORD) {
            throw lexer.error("a name is missing before " + lexer.shown());
        }
        String word = lexer.word();
        lexer.advance();
        return word;
    }

    private long unsigned() throws TraceException {
        if (lexer.kind() != Kind.NUMBER) {
            throw lexer.error("a number is missing before " + lexer.shown());
        }
        long number = lexer.number();
        lexer.advance();
        return number;
    }

    private void expect(String punctuation) throws TraceException {
        if (!lexer.is(punctuation)) {
            throw lexer.error("'" + punctuation + "' is missing before " + lexer.shown());
        }
        lexer.advance();
    }
}
