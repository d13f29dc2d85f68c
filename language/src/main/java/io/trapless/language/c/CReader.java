package io.trapless.language.c;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the C of a program. Never throws, whatever the text. */
public final class CReader {
    /** Where headers come from: the text of a header, or null. */
    public interface Headers {
        @Nullable String header(String name, boolean angled);
    }

    /**
     * Something wrong in the program's own C; headers are passed over in silence.
     *
     * @param definition the place among the texts given, from 0
     */
    public record Trouble(String message, int definition) {}

    /** What was read, and what was wrong. */
    public record Outcome(CDefinitions definitions, List<Trouble> troubles) {
        public Outcome {
            troubles = List.copyOf(troubles);
        }
    }

    private CReader() {}

    /** Reads texts as if they stood in one file, one after the other. */
    public static Outcome read(List<String> texts, Headers headers) {
        CPreprocessor preprocessor = new CPreprocessor(headers::header);
        Set<String> predefined = new HashSet<>(preprocessor.macros().keySet());
        for (int i = 0; i < texts.size(); i++) {
            preprocessor.process(texts.get(i), i);
        }
        CDefinitions definitions = new CDefinitions();
        List<Trouble> troubles = new ArrayList<>();
        preprocessor.troubles().forEach(t -> troubles.add(new Trouble(t.message(), Math.max(0, t.definition()))));
        Set<Integer> own = new HashSet<>();
        for (int i = 0; i < texts.size(); i++) {
            if (!texts.get(i).strip().startsWith("#")) {
                own.add(i);
            }
        }
        CDeclarations declarations = new CDeclarations(preprocessor.tokens(), definitions);
        declarations.read();
        declarations.troubles().stream()
                .filter(t -> own.contains(t.definition()))
                .forEach(t -> troubles.add(new Trouble(t.message(), t.definition())));
        for (Map.Entry<String, CMacro> macro : preprocessor.macros().entrySet()) {
            // "#define A A" says of an enumerator that it is there, and means the enumerator.
            String text = macro.getValue().text();
            if (macro.getValue().parameters() == null
                    && !predefined.contains(macro.getKey())
                    && !text.equals(macro.getKey())) {
                definitions.constants.put(macro.getKey(), text);
            }
        }
        return new Outcome(definitions, troubles);
    }
}
