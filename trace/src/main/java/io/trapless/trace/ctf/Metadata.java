package io.trapless.trace.ctf;

import io.trapless.trace.event.Environment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The declarations of a metadata file, parsed but not yet understood: {@link Block}s of attributes and types.
 *
 * @param trace the trace block
 */
record Metadata(Block trace, Environment environment, List<Block> clocks, List<Block> streams, List<Block> events) {

    /** {@code trace}, {@code clock}, {@code stream} or {@code event}: attributes ({@code a.b = value}) and types ({@code a.b := struct ...}) by their dotted names. */
    static final class Block {
        /** A {@link Long} or a {@link String}. */
        final Map<String, Object> values = new LinkedHashMap<>();

        final Map<String, CtfType> types = new LinkedHashMap<>();

        long number(String name, long otherwise) {
            return values.get(name) instanceof Long number ? number : otherwise;
        }

        String text(String name, String otherwise) {
            return values.get(name) instanceof String text ? text : otherwise;
        }

        /** The structure of that name, or an empty one. */
        CtfType.Struct struct(String name) {
            return types.get(name) instanceof CtfType.Struct struct ? struct : new CtfType.Struct(List.of(), Byte.SIZE);
        }

        @Nullable CtfType type(String name) {
            return types.get(name);
        }
    }
}
