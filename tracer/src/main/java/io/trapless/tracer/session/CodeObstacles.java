package io.trapless.tracer.session;

import org.jspecify.annotations.Nullable;

/** Knows of places that can't be patched although their file could be. */
@FunctionalInterface
interface CodeObstacles {
    /**
     * Why a place can't be patched.
     *
     * @param sentence for the user
     * @param ours what stands there is this recording's own: a process that one of its own forked records already, by what it inherited
     */
    record Obstacle(String sentence, boolean ours) {}

    /** There are none: what is loaded is looked at by who will patch it. */
    CodeObstacles NONE = (_, _) -> null;

    /**
     * Why a place can't be patched: somebody else has changed it.
     *
     * @param address in the process
     * @param original the file's bytes
     * @return null if it is as in the file
     */
    @Nullable Obstacle obstacle(long address, byte[] original);
}
