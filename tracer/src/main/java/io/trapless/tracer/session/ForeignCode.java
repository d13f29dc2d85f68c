package io.trapless.tracer.session;

import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.attach.TextChange;
import io.trapless.tracer.linux.Processes;
import io.trapless.tracer.session.store.JournalReader;
import io.trapless.tracer.session.store.Leftovers;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionProperties;
import io.trapless.tracer.session.store.StoreException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who has changed a process's code before us. Other sessions are found by their ring files, which stand in the process's memory map wherever the session lies, and in that of a process that was
 * forked while it was traced too. The sessions are looked for once, when the first changed place is met. For one thread.
 */
final class ForeignCode implements CodeObstacles {
    private final TargetProcess process;
    private @Nullable List<Owner> owners;

    /** A session and the places that it has changed. */
    private record Owner(String session, int tracer, boolean tracerLives, List<TextChange> patches) {}

    private ForeignCode(TargetProcess process) {
        this.process = process;
    }

    static ForeignCode of(TargetProcess process) {
        return new ForeignCode(process);
    }

    @Override
    public @Nullable Obstacle obstacle(long address, byte[] original) {
        byte[] now = new byte[original.length];
        int got = process.tryReadMemory(address, now, 0, now.length);
        if (got == now.length && Arrays.equals(now, original)) {
            return null;
        }
        if (got != now.length && !process.sameImage()) {
            return new Obstacle("process " + process.pid() + " has ended", false);
        }
        for (Owner owner : owners()) {
            for (TextChange patch : owner.patches) {
                if (patch.address() < address + original.length
                        && address < patch.address() + patch.expected().length) {
                    return obstacle(owner);
                }
            }
        }
        return new Obstacle(
                "the code there is not what its file says: another tracer or a debugger has changed it at 0x"
                        + Long.toHexString(address) + " in process " + process.pid(),
                false);
    }

    private Obstacle obstacle(Owner owner) {
        if (owner.tracer == Processes.pid()) {
            return new Obstacle("this recording's own jump is there", true);
        }
        String sentence = owner.tracerLives
                ? "session " + owner.session + " of tracer process " + owner.tracer
                        + " records there already; end it, or probe something else"
                : "session " + owner.session + ", whose tracer (process " + owner.tracer
                        + ") died, left its jump there; run 'trapless detach -p " + process.pid() + "' first";
        return new Obstacle(sentence, false);
    }

    private List<Owner> owners() {
        List<Owner> known = owners;
        if (known == null) {
            known = find();
            owners = known;
        }
        return known;
    }

    private List<Owner> find() {
        List<Owner> found = new ArrayList<>();
        try {
            for (SessionDirectory session :
                    MappedSessions.of(process.mappings()).directories()) {
                addIfReadable(found, session);
            }
        } catch (AttachException _) {
            return found; // it is just ending: nobody needs to know any more
        }
        return found;
    }

    private static void addIfReadable(List<Owner> found, SessionDirectory session) {
        try {
            SessionProperties properties = SessionProperties.read(session);
            List<TextChange> patches = Leftovers.of(JournalReader.read(session)).stream()
                    .flatMap(left -> left.patches().stream())
                    .toList();
            found.add(new Owner(
                    session.name(),
                    properties.tracer().pid(),
                    properties.tracer().isAlive(),
                    patches));
        } catch (StoreException _) {
            return; // damaged: its jumps are a stranger's then
        }
    }
}
