package io.trapless.script.run;

/** Takes what was accumulated in the target's tables since the last time. Tables are numbered as in the program's plan; keys are valid during the call only. */
public interface TableSink {
    /**
     * So much more of a count, sum, average or statistics.
     *
     * @param amount what was added up; of a count, the events
     * @param events how many
     */
    void add(int table, long[] keys, long amount, long events);

    /** A minimum or maximum, as it stands. */
    void extreme(int table, long[] keys, long value);

    /** Events that went to one bucket. */
    void bucket(int table, long[] keys, int bucket, long events);
}
