package io.trapless.tracer.session;

import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.store.PreloadMark;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionLister;
import io.trapless.tracer.session.store.SessionProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;

/** Deletes a session that nobody records and of which nothing has to be taken out of a process. */
public final class SessionRemoval {
    private SessionRemoval() {}

    /**
     * Deletes it. Programs that have armed themselves keep their jumps and their view of the rings; they are told to record no more.
     *
     * @return processes that have its code in them still
     * @throws RecordingException it can't be deleted now, with what to do before
     */
    public static List<Integer> remove(SessionDirectory directory) throws RecordingException {
        SessionLister.Listed session = SessionLister.inspect(directory);
        SessionProperties properties = session.properties();
        switch (session.state()) {
            case LIVE ->
                throw RecordingException.failed("session " + directory.name() + " is being recorded"
                        + (properties == null
                                ? ""
                                : " by process " + properties.tracer().pid())
                        + "; end that first");
            case ABANDONED ->
                throw RecordingException.failed("the probes of session " + directory.name()
                        + " are still in place; first 'trapless detach "
                        + session.users().stream().map(pid -> "-p " + pid).collect(Collectors.joining(" ")) + "'");
            case WAITING, DEAD, DAMAGED -> {}
        }
        if (!directory.isOwn()) {
            throw RecordingException.failed(
                    "session " + directory.name() + " belongs to another user; only that one can remove it");
        }
        try {
            if (session.state() == SessionLister.State.WAITING && properties != null) {
                try (SessionFile file =
                        SessionFile.openForConsumer(directory.rings(), properties.geometry(), properties.uuid())) {
                    file.disableAll();
                }
                PreloadMark mark = PreloadMark.read(directory);
                if (mark != null) {
                    Files.deleteIfExists(mark.object());
                }
            }
            directory.delete();
            return session.users();
        } catch (IOException e) {
            throw RecordingException.failed(Sentences.of(e));
        }
    }
}
