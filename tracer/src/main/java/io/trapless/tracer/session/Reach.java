package io.trapless.tracer.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far a recording reaches beyond the processes that are named.
 *
 * @param follow into the processes that they make, and the programs that they become
 * @param later also modules that nobody has mapped yet, whatever their names
 * @param everywhere every process that maps what a clause names, those too that start later
 * @param comms of everywhere, only processes with one of these names (proc_pid_comm(5)), if there are any
 * @param executable of everywhere, only processes that run this program; null: any
 */
public record Reach(
        boolean follow,
        boolean later,
        boolean everywhere,
        List<String> comms,
        @Nullable String executable) {
    /** Not beyond. */
    public static final Reach NAMED = new Reach(false, false, false, List.of(), null);

    public Reach {
        comms = List.copyOf(comms);
    }
}
