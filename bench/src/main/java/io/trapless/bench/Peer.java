package io.trapless.bench;

import java.io.IOException;
import java.util.List;

/** A tool that is measured. */
interface Peer extends AutoCloseable {

    /** The word for {@code --peers}. */
    String name();

    /**
     * Measures everything the tool has to show, once.
     *
     * @param events events a thread that the user asked for; a slow tool takes fewer
     * @return rows with figures, and rows that say why there is none
     */
    List<Row> measure(long events, int threads) throws IOException, InterruptedException, BenchException;

    /** Ends what the peer has started. */
    @Override
    default void close() throws IOException {}
}
