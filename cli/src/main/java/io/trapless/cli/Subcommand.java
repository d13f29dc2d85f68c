package io.trapless.cli;

/** A parsed command, ready to run: picocli fills the fields of an implementation, {@link #run} turns them into a request. */
interface Subcommand {

    /**
     * Checks what options mean together, and does the job.
     *
     * @throws Exception for a bug or an I/O error that no outcome describes
     */
    Outcome run(Actions actions, Terminal terminal) throws Exception;
}
