package io.trapless.trace.ctf;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** The named types of a metadata file, by scope, and what makes types of attributes. */
final class TsdlTypes {
    /** Arrays in metadata are small things such as a UUID. */
    static final int MAX_ARRAY_LENGTH = 4096;

    private final TsdlLexer lexer;
    private final Deque<Map<String, CtfType>> scopes = new ArrayDeque<>();

    TsdlTypes(TsdlLexer lexer) {
        this.lexer = lexer;
        enterScope();
    }

    void enterScope() {
        scopes.push(new HashMap<>());
    }

    void leaveScope() {
        scopes.pop();
    }

    void define(String name, CtfType type) {
        scopes.element().put(name, type);
    }

    CtfType find(String name) throws TraceException {
        for (Map<String, CtfType> scope : scopes) {
            CtfType type = scope.get(name);
            if (type != null) {
                return type;
            }
        }
        throw lexer.error("the type '" + name + "' is not declared");
    }

    CtfType.Int findInteger(String name) throws TraceException {
        if (find(name) instanceof CtfType.Int integer) {
            return integer;
        }
        throw lexer.error("the type '" + name + "' is no integer");
    }

    CtfType integer(Map<String, Object> attributes) throws TraceException {
        if (!(attributes.get("size") instanceof Long sizeBits)) {
            throw lexer.error("an integer has no size");
        }
        if (sizeBits % Byte.SIZE != 0 || sizeBits <= 0 || sizeBits > Long.SIZE) {
            throw TraceException.unsupported("an integer of " + sizeBits + " bits");
        }
        if (sizeBits > Byte.SIZE) {
            requireLittleEndian(attributes);
        }
        String map = attributes.get("map") instanceof String path ? path : "";
        String clock = map.startsWith("clock.") && map.endsWith(".value")
                ? map.substring("clock.".length(), map.length() - ".value".length())
                : "";
        return new CtfType.Int(
                sizeBits.intValue(),
                alignment(attributes.getOrDefault("align", (long) Byte.SIZE)),
                isTrue(attributes.getOrDefault("signed", "false")),
                base(attributes.getOrDefault("base", 10L)),
                clock);
    }

    CtfType real(Map<String, Object> attributes) throws TraceException {
        requireLittleEndian(attributes);
        Object exponent = attributes.getOrDefault("exp_dig", 0L);
        Object mantissa = attributes.getOrDefault("mant_dig", 0L);
        int alignBits = alignment(attributes.getOrDefault("align", (long) Byte.SIZE));
        if (exponent.equals(8L) && mantissa.equals(24L)) {
            return new CtfType.Real(Float.SIZE, alignBits);
        }
        if (exponent.equals(11L) && mantissa.equals(53L)) {
            return new CtfType.Real(Double.SIZE, alignBits);
        }
        throw TraceException.unsupported("a floating point number that is neither float nor double");
    }

    int alignment(Object bits) throws TraceException {
        if (bits instanceof Long align && align > 0 && align <= 4096 && Long.bitCount(align) == 1) {
            return align.intValue();
        }
        throw lexer.error("an alignment of " + bits + " bits");
    }

    private static int base(Object base) {
        return switch (base.toString()) {
            case "16", "hexadecimal", "hex", "x", "X", "p" -> 16;
            default -> 10;
        };
    }

    private static boolean isTrue(Object value) {
        return switch (value.toString()) {
            case "true", "TRUE", "1" -> true;
            default -> false;
        };
    }

    private static void requireLittleEndian(Map<String, Object> attributes) throws TraceException {
        Object order = attributes.getOrDefault("byte_order", "native");
        if (order.equals("be") || order.equals("network")) {
            throw TraceException.unsupported("big-endian numbers");
        }
    }
}
