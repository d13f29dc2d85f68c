package io.trapless.language.types;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A structure or union of C as the System V ABI for x86-64 lays it out. Two layouts are equal only if they are the same object: a program has one for each definition. A layout is declared first and completed once, because a
 * structure may hold a pointer to itself; after the C definitions of a program have been read it never changes, and any thread may read it. One that is completed on demand is complete before the program runs if the program has such a value, and belongs to the checker's thread until then.
 */
public final class StructLayout {
    private final String name;
    private final boolean union;
    private @Nullable List<StructField> fields;
    private @Nullable Consumer<StructLayout> completer;
    private int sizeBytes;
    private int alignBytes = 1;

    /**
     * A declaration without fields.
     *
     * @param name with its tag: {@code struct foo}, {@code union bar}
     */
    public StructLayout(String name, boolean union) {
        this.name = name;
        this.union = union;
    }

    /**
     * A structure whose fields are found when somebody asks for them, so that what it leads to need not be read as a whole.
     *
     * @param completer completes it, or leaves it a declaration; called once at most
     */
    public static StructLayout onDemand(String name, boolean union, Consumer<StructLayout> completer) {
        StructLayout layout = new StructLayout(name, union);
        layout.completer = completer;
        return layout;
    }

    private void demand() {
        Consumer<StructLayout> wanted = completer;
        if (wanted != null) {
            completer = null;
            wanted.accept(this);
        }
    }

    /** Gives the declaration its fields. At most once. */
    public void complete(List<StructField> newFields, int newSizeBytes, int newAlignBytes) {
        if (fields != null) {
            throw new IllegalStateException(name + " is defined already");
        }
        fields = List.copyOf(newFields);
        sizeBytes = newSizeBytes;
        alignBytes = newAlignBytes;
    }

    /** With its tag: {@code struct foo}; anonymous ones have a made-up name. */
    public String name() {
        return name;
    }

    public boolean isUnion() {
        return union;
    }

    /** Whether its fields are known; pointers to it can be had in any case. */
    public boolean isComplete() {
        demand();
        return fields != null;
    }

    /** The fields in order; those of anonymous members stand among them, at their offsets in the whole. Empty if it is not complete. */
    public List<StructField> fields() {
        demand();
        return fields == null ? List.of() : fields;
    }

    /** The field of that name, or null. */
    public @Nullable StructField field(String fieldName) {
        for (StructField field : fields()) {
            if (field.name().equals(fieldName)) {
                return field;
            }
        }
        return null;
    }

    /** 0 if it is not complete. */
    public int sizeBytes() {
        demand();
        return sizeBytes;
    }

    public int alignBytes() {
        demand();
        return alignBytes;
    }

    @Override
    public String toString() {
        return name;
    }
}
