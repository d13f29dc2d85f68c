package io.trapless.script.run;

/** The user's wish that a run ends. Set once, by any thread. */
public interface Stop {
    boolean isRequested();

    /**
     * Waits for it.
     *
     * @param nanos how long at most
     * @return whether it has come
     */
    boolean await(long nanos) throws InterruptedException;
}
