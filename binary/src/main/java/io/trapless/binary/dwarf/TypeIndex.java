package io.trapless.binary.dwarf;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds types by their names. It is made by one walk over the file when it is first asked; of several of one name the first counts. One thread at a time. */
final class TypeIndex {
    private static final int MAX_NESTING = 16;

    private final DieReader reader;
    private @Nullable Map<String, Die> types;

    TypeIndex(DieReader reader) {
        this.reader = reader;
    }

    /** The definition of a structure, class or union; null if there is none. */
    @Nullable Die struct(String name, boolean union) {
        return types().get((union ? "union " : "struct ") + name);
    }

    @Nullable Die enumeration(String name) {
        return types().get("enum " + name);
    }

    /** What a typedef, or a basic type's name, stands for. */
    @Nullable Die named(String name) {
        return types().get(name);
    }

    private Map<String, Die> types() {
        Map<String, Die> known = types;
        if (known == null) {
            Map<String, Die> found = new HashMap<>();
            for (DieReader.Unit unit : reader.units()) {
                addAll(unit.content(), "", found, 0);
            }
            known = found;
            types = known;
        }
        return known;
    }

    private void addAll(Die parent, String scope, Map<String, Die> into, int depth) {
        reader.children(parent).forEach(child -> add(child, scope, into, depth));
    }

    private void add(Die die, String scope, Map<String, Die> into, int depth) {
        int tag = reader.tag(die);
        String prefix = switch (tag) {
            case Constants.TAG_STRUCTURE, Constants.TAG_CLASS -> "struct ";
            case Constants.TAG_UNION -> "union ";
            case Constants.TAG_ENUMERATION -> "enum ";
            case Constants.TAG_TYPEDEF, Constants.TAG_NAMESPACE, Constants.TAG_MODULE -> "";
            default -> null;
        };
        if (prefix == null) {
            return;
        }
        String name = reader.name(die);
        boolean space = tag == Constants.TAG_NAMESPACE || tag == Constants.TAG_MODULE;
        boolean compound = prefix.startsWith("struct") || prefix.startsWith("union");
        if (!space && !name.isEmpty() && !reader.flag(die, Constants.AT_DECLARATION)) {
            into.putIfAbsent(prefix + name, die);
            into.putIfAbsent(prefix + scope + name, die);
        }
        if ((space || compound) && depth < MAX_NESTING) {
            addAll(die, name.isEmpty() ? scope : scope + name + "::", into, depth + 1);
        }
    }
}
