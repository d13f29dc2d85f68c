package io.trapless.language.check;

import io.trapless.language.checked.Slot;
import io.trapless.language.diagnostic.Span;
import io.trapless.language.types.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The scratch variables of one action. Which are visible is known only while a round walks through it; what is known of their types stays from round to round. */
final class Variables {
    /** A variable. */
    static final class Entry {
        final String name;
        final int index;

        /** Where it came to be, and by what: for messages. */
        final Span origin;

        final Origin how;

        /** null while unknown. */
        @Nullable Type type;

        /** Whether a declaration fixed its type. */
        boolean sized;

        /** In this round, so far. */
        boolean assigned;

        Entry(String name, int index, Span origin, Origin how) {
            this.name = name;
            this.index = index;
            this.origin = origin;
            this.how = how;
        }

        Type knownType() {
            if (type == null) {
                throw Stop.unresolved();
            }
            return type;
        }

        Slot slot() {
            return new Slot(index, name, knownType());
        }
    }

    /** What brought a variable into being. */
    enum Origin {
        DECLARATION("This is the initial declaration."),
        ASSIGNMENT("This is the initial assignment."),
        LOOP("This is the loop variable.");

        final String sentence;

        Origin(String sentence) {
            this.sentence = sentence;
        }
    }

    private record Scope(Object owner, Map<String, Entry> visible) {}

    private final IdentityHashMap<Object, Map<String, Entry>> byOwner = new IdentityHashMap<>();
    private final List<Entry> all = new ArrayList<>();
    private final List<Scope> scopes = new ArrayList<>();

    void beginRound() {
        scopes.clear();
        all.forEach(info -> info.assigned = false);
    }

    /** @param owner the tree's node whose variables these are, by identity */
    void enter(Object owner) {
        scopes.add(new Scope(owner, new HashMap<>()));
    }

    void leave() {
        scopes.removeLast();
    }

    @Nullable Entry find(String name) {
        for (Scope scope : scopes) {
            Entry info = scope.visible().get(name);
            if (info != null) {
                return info;
            }
        }
        return null;
    }

    /** A variable of the innermost block. */
    Entry declare(String name, Span span, Origin how) {
        Scope scope = scopes.getLast();
        Entry info = byOwner.computeIfAbsent(scope.owner(), _ -> new HashMap<>())
                .computeIfAbsent(name, n -> {
                    Entry made = new Entry(n, all.size(), span, how);
                    all.add(made);
                    return made;
                });
        scope.visible().put(name, info);
        return info;
    }

    /** Those of the innermost block that were declared and never assigned to. */
    List<Entry> unassigned() {
        List<Entry> result = new ArrayList<>();
        for (Entry info : scopes.getLast().visible().values()) {
            if (!info.assigned && info.how == Origin.DECLARATION) {
                result.add(info);
            }
        }
        return result;
    }

    /** All variables with their types; one whose type is unknown is never used, and counts as a number. */
    List<Slot> slots() {
        return all.stream()
                .map(i -> new Slot(i.index, i.name, i.type == null ? new Type.Int(8, true) : i.type))
                .toList();
    }
}
