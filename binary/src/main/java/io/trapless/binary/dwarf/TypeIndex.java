package io.trapless.binary.dwarf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds types by their names, in the units that may have them; of several of one name the first counts. One thread at a time. */
final class TypeIndex {
    private static final int MAX_NESTING = 16;

    /** Looking for a name in the bytes of all units costs a part of walking over them: whoever asks for more names is better off with that. */
    private static final int FILTERED = 16;

    private final DieReader reader;
    private final UnitFilter units;
    private final Map<DieReader.Unit, Map<String, Die>> types = new HashMap<>();
    private final Map<String, Optional<Die>> found = new HashMap<>();

    TypeIndex(DieReader reader, UnitFilter units) {
        this.reader = reader;
        this.units = units;
    }

    /** The definition of a structure, class or union; null if there is none. */
    @Nullable Die struct(String name, boolean union) {
        return find(union ? "union " : "struct ", name);
    }

    @Nullable Die enumeration(String name) {
        return find("enum ", name);
    }

    /** What a typedef, or a basic type's name, stands for. */
    @Nullable Die named(String name) {
        return find("", name);
    }

    private @Nullable Die find(String prefix, String name) {
        return found.computeIfAbsent(prefix + name, key -> search(key, name)).orElse(null);
    }

    private Optional<Die> search(String key, String name) {
        List<DieReader.Unit> candidates = found.size() < FILTERED ? units.naming(withoutScopes(name)) : reader.units();
        for (DieReader.Unit unit : candidates) {
            Die die = types.computeIfAbsent(unit, this::typesOf).get(key);
            if (die != null) {
                return Optional.of(die);
            }
        }
        return Optional.empty();
    }

    /** The last part of a name, which an entry has; all scopes before it are entries of the same unit. */
    private static String withoutScopes(String name) {
        int arguments = name.indexOf('<');
        int scope = name.lastIndexOf("::", arguments < 0 ? name.length() : arguments);
        return scope < 0 ? name : name.substring(scope + 2);
    }

    private Map<String, Die> typesOf(DieReader.Unit unit) {
        Map<String, Die> all = new HashMap<>();
        addAll(unit.content(), "", all, 0);
        return all;
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
