package io.trapless.tracer.session;

import io.trapless.tracer.linux.TimeStampCounter;
import io.trapless.tracer.ring.ConsumerStatistics;
import io.trapless.tracer.session.store.Recovery;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionLister;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Turns a session whose tracer died into a trace, and deletes it if no process has anything of it any more: nothing else could ever need it. */
public final class SessionRecovery {
    private SessionRecovery() {}

    /**
     * What came of it.
     *
     * @param deleted whether the session is gone
     * @param users processes that have the session's probes in them still
     */
    public record Result(ConsumerStatistics statistics, boolean deleted, List<Integer> users) {
        public Result {
            users = List.copyOf(users);
        }
    }

    /**
     * Writes the trace.
     *
     * @param output its folder; must not exist or be empty
     * @throws IOException it can't be done, and the session is as it was; the message is one sentence for the user
     */
    public static Result recover(SessionDirectory directory, Path output) throws IOException {
        ConsumerStatistics statistics =
                Recovery.recover(directory, output, SessionResources.sampleClock(), TimeStampCounter::read);
        SessionLister.Listed session = SessionLister.inspect(directory);
        boolean deleted = SessionRemains.deleteIfUnused(session);
        return new Result(statistics, deleted, session.users());
    }
}
