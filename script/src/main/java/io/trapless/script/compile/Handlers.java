package io.trapless.script.compile;

import io.trapless.script.runtime.Moment;

/** A compiled program: the superclass of what {@link ProgramCompiler} makes. One thread at a time. */
public abstract class Handlers {
    /** For the generated subclass. */
    protected Handlers() {}

    /**
     * Runs an action if its filter lets it.
     *
     * @param action its index in the program
     * @return what it returned; 0 if nothing
     */
    public abstract long run(int action, Moment moment);
}
