package io.trapless.tracer.session;

import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.session.store.JournalEntry;
import io.trapless.tracer.session.store.JournalWriter;
import io.trapless.tracer.session.store.Leftovers;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionLister;
import io.trapless.tracer.session.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is left of a session whose tracer is gone: in processes, and worth keeping in its directory. */
final class SessionRemains {
    private SessionRemains() {}

    /** Whether one of the session's jumps stands in the process. */
    static boolean hasJump(TargetProcess process, Leftovers left) {
        for (TextChange patch : left.patches()) {
            byte[] now = new byte[patch.replacement().length];
            if (process.tryReadMemory(patch.address(), now, 0, now.length) == now.length
                    && Arrays.equals(now, patch.replacement())) {
                return true;
            }
        }
        return false;
    }

    /** Notes that everything has been undone in a process. A journal that can't be written is no harm: whoever reads it looks at the process first. */
    static void note(SessionDirectory directory, Leftovers left, boolean unmapped) {
        List<JournalEntry> entries = new ArrayList<>();
        left.patches().forEach(patch -> entries.add(new JournalEntry.Restored(left.process(), patch.address())));
        left.semaphores().forEach(at -> entries.add(new JournalEntry.SemaphoreLowered(left.process(), at)));
        if (unmapped) {
            left.mappings().forEach(m -> entries.add(new JournalEntry.Unmapped(left.process(), m.address())));
        }
        try (JournalWriter journal = JournalWriter.open(directory)) {
            journal.append(entries);
        } catch (StoreException _) {
            return; // a full disk, most likely
        }
    }

    /** Deletes a session that is in no process any more and holds no event. */
    static boolean deleteIfNothingLeft(SessionDirectory directory) {
        SessionLister.Listed now = SessionLister.inspect(directory);
        return now.state() == SessionLister.State.DEAD && now.heldBytes() == 0 && deleteIfUnused(now);
    }

    /** Deletes a session that is in no process any more. */
    static boolean deleteIfUnused(SessionLister.Listed session) {
        boolean inUse = !session.users().isEmpty()
                || session.state() == SessionLister.State.LIVE
                || session.state() == SessionLister.State.ABANDONED
                || session.state() == SessionLister.State.WAITING;
        if (inUse || !session.directory().isOwn()) {
            return false;
        }
        try {
            session.directory().delete();
            return true;
        } catch (StoreException _) {
            return false;
        }
    }
}
