package io.trapless.script.output;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a program's results go. One thread at a time. */
public interface Output {
    /** How grave a message is. */
    enum Severity {
        WARNING,
        ERROR
    }

    /** A map, with its name as the program has it: {@code @}, {@code @name}. */
    void map(String name, Report report);

    /** The argument of {@code print}. */
    void value(Datum value);

    void printf(String text);

    /** What {@code warnf} and {@code errorf} say. */
    void message(Severity severity, String text, Place place);

    void time(String text);

    void cat(String text);

    void join(String text);

    /** What a command that {@code system} ran has written. */
    void system(String text);

    /** Something that went wrong in a handler without ending it. */
    default void runtimeWarning(String text, Place place) {
        runtimeWarning(text, null, place);
    }

    /** The same of something in which bpftrace would have seen a helper of the kernel fail. */
    void runtimeWarning(String text, @Nullable HelperFailure failure, Place place);

    void lostEvents(long count);

    void attachedProbes(long count);

    /**
     * The result of a probe that is a test.
     *
     * @param names of all tests
     * @param index of this one
     * @param passed the results so far, this one included
     * @param text what it printed
     */
    void testResult(List<String> names, int index, long nanos, List<Boolean> passed, String text);

    /** The result of one bench probe. */
    void benchResult(List<String> names, int index, long averageNanos, long iterations);

    /** The main part is over; what follows are the maps. */
    void end();

    /** Hands everything over to the reader. */
    void flush();
}
