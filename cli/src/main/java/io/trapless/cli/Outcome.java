package io.trapless.cli;

/**
 * How a command ended. {@link #exitStatus()} follows the contract of the command line: 0 done, 1 failed, 2 wrong usage.
 */
public sealed interface Outcome {

    /** The job is done. */
    record Done() implements Outcome {
        @Override
        public int exitStatus() {
            return 0;
        }
    }

    /**
     * The job could not be done.
     *
     * @param sentence what is wrong and what to do, without the leading {@code trapless: }; normally one line, more only for a place in a program
     */
    record Failed(String sentence) implements Outcome {
        @Override
        public int exitStatus() {
            return 1;
        }
    }

    /**
     * A program has run, and said itself what the exit status is.
     *
     * @param exitStatus as {@code exit(status)} gave it
     */
    record Exited(int exitStatus) implements Outcome {}

    /**
     * The command line itself is wrong, or names something that has no meaning.
     *
     * @param sentence what is wrong and what to do, without the leading {@code trapless: }
     */
    record WrongUsage(String sentence) implements Outcome {
        @Override
        public int exitStatus() {
            return 2;
        }
    }

    /** The exit status of the process. */
    int exitStatus();

    /** The job is done. */
    static Outcome done() {
        return new Done();
    }

    /** The job failed, for the reason given. */
    static Outcome failed(String sentence) {
        return new Failed(sentence);
    }

    /** The command line is wrong, in the way given. */
    static Outcome wrongUsage(String sentence) {
        return new WrongUsage(sentence);
    }
}
