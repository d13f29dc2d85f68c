package io.trapless.cli.action;

import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.store.SessionBase;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds the session that a name on the command line means. */
final class Sessions {
    private Sessions() {}

    /**
     * Finds it.
     *
     * @throws RecordingException there is none
     */
    static SessionDirectory find(String name, @Nullable Path shmPath) throws RecordingException, IOException {
        try {
            return open(name, shmPath);
        } catch (StoreException e) {
            throw RecordingException.failed(String.valueOf(e.getMessage()));
        }
    }

    /**
     * As {@link #find}.
     *
     * @throws StoreException there is none
     */
    static SessionDirectory open(String name, @Nullable Path shmPath) throws IOException {
        StoreException absent = null;
        for (SessionBase base : SessionBase.all(shmPath, System.getenv())) {
            try {
                return SessionDirectory.open(base, name);
            } catch (StoreException e) {
                absent = e;
            }
        }
        if (absent != null) {
            throw absent;
        }
        return SessionDirectory.open(SessionBase.choose(shmPath, System.getenv()), name);
    }
}
