package io.trapless.cli;

/** What a writer does when its ring is full. */
public enum FullRing {
    /** Drops the new event and counts it. */
    DISCARD,
    /** Overwrites the oldest events: a flight recorder. */
    OVERWRITE,
    /** Waits for the reader. */
    BLOCK
}
