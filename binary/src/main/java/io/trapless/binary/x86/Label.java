package io.trapless.binary.x86;

/** A place in the code of one {@link Assembler}; used before or after it is bound, bound once. */
public final class Label {
    private static final int UNBOUND = -1;

    final AssemblerBuffer owner;
    int position = UNBOUND;

    Label(AssemblerBuffer owner) {
        this.owner = owner;
    }

    public boolean isBound() {
        return position != UNBOUND;
    }
}
