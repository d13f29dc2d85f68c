package io.trapless.language.check;

/** A statement can't be understood: either what is wrong has been reported, or a type is not known yet. */
final class Stop extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean unresolved;

    private Stop(boolean unresolved) {
        super(null, null, false, false);
        this.unresolved = unresolved;
    }

    static Stop reported() {
        return new Stop(false);
    }

    static Stop unresolved() {
        return new Stop(true);
    }

    boolean isUnresolved() {
        return unresolved;
    }
}
