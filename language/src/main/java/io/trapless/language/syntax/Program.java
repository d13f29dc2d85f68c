package io.trapless.language.syntax;

import io.trapless.language.diagnostic.Source;
import io.trapless.language.diagnostic.Span;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole program.
 *
 * @param cDefinitions {@code #include}, {@code #define}, {@code struct}, {@code union} and {@code enum}, each as written, in order
 * @param config the settings of the {@code config} block; empty if there is none
 * @param imports paths, in order
 * @param items the rest, in order
 */
public record Program(
        Source source,
        List<CDefinition> cDefinitions,
        List<Setting> config,
        List<Statement.Import> imports,
        List<Item> items) {
    public Program {
        cDefinitions = List.copyOf(cDefinitions);
        config = List.copyOf(config);
        imports = List.copyOf(imports);
        items = List.copyOf(items);
    }

    /** One preprocessor line or one type definition. */
    public record CDefinition(String text, Span span) {}

    /**
     * {@code key = value}.
     *
     * @param value a literal, or a {@link Expression.Name} for a bare word
     */
    public record Setting(String key, Expression value, Span span) {}

    /** What stands at the top level after the head. */
    public sealed interface Item {
        Span span();
    }

    /** {@code probes /filter/ { ... }}. */
    public record Action(
            List<AttachPoint> attachPoints, @Nullable Expression filter, Expression.Block body, Span span)
            implements Item {
        public Action {
            attachPoints = List.copyOf(attachPoints);
        }
    }

    /**
     * {@code macro name(parameters) { ... }}.
     *
     * @param parameters each a {@link Expression.Variable}, a {@link Expression.MapAccess} without keys, or a {@link Expression.Name}
     */
    public record Macro(String name, List<Expression> parameters, Expression.Block body, Span span) implements Item {
        public Macro {
            parameters = List.copyOf(parameters);
        }
    }

    /** {@code fn name($a : type, ...) : type { ... }}. */
    public record Function(String name, List<Parameter> parameters, TypeName result, Expression.Block body, Span span)
            implements Item {
        public Function {
            parameters = List.copyOf(parameters);
        }
    }

    public record Parameter(String name, TypeName type) {}

    /** {@code let @name = type(maxEntries);}. */
    public record MapDeclaration(String name, String type, long maxEntries, Span span) implements Item {}
}
