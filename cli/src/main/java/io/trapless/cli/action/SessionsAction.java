package io.trapless.cli.action;

import io.trapless.cli.Outcome;
import io.trapless.cli.SessionsRequest;
import io.trapless.cli.Terminal;
import io.trapless.tracer.session.store.SessionBase;
import io.trapless.tracer.session.store.SessionDirectory;
import io.trapless.tracer.session.store.SessionLister;
import io.trapless.tracer.session.store.SessionLister.Listed;
import io.trapless.tracer.session.store.SessionProperties;
import io.trapless.tracer.session.store.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code trapless sessions}. */
public final class SessionsAction {
    private static final int TARGETS_SHOWN = 3;

    private SessionsAction() {}

    public static Outcome run(SessionsRequest request, Terminal terminal) throws IOException {
        try {
            List<Listed> sessions = new ArrayList<>();
            for (SessionBase base : SessionBase.all(request.shmPath(), System.getenv())) {
                SessionDirectory.deleteUnpublished(base);
                sessions.addAll(SessionLister.list(base));
            }
            print(sessions, terminal.out());
            return Outcome.done();
        } catch (StoreException e) {
            return Outcome.failed(String.valueOf(e.getMessage()));
        }
    }

    private static void print(List<Listed> sessions, PrintStream out) {
        if (sessions.isEmpty()) {
            out.println("no sessions");
        }
        Instant now = Instant.now();
        for (Listed session : sessions) {
            out.println(line(session, now));
        }
    }

    private static String line(Listed session, Instant now) {
        List<String> parts = new ArrayList<>();
        parts.add(session.directory().name() + ": " + state(session));
        SessionProperties properties = session.properties();
        if (properties != null) {
            parts.add(targets(properties));
            parts.add(age(Duration.between(properties.created(), now)) + " old");
            parts.add(size(session.heldBytes()) + " in its rings");
        }
        parts.add(advice(session));
        return String.join("; ", parts);
    }

    private static String state(Listed session) {
        SessionProperties properties = session.properties();
        return switch (session.state()) {
            case LIVE ->
                properties == null
                        ? "recording"
                        : "recording (tracer process " + properties.tracer().pid() + ")";
            case ABANDONED, DEAD -> session.state().text();
            case DAMAGED -> "damaged: " + session.damage();
        };
    }

    private static String targets(SessionProperties properties) {
        String shown = properties.targets().stream()
                .limit(TARGETS_SHOWN)
                .map(SessionsAction::target)
                .collect(Collectors.joining(", "));
        int more = properties.targets().size() - TARGETS_SHOWN;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }

    private static String target(SessionProperties.Target target) {
        String command = target.command().isEmpty() ? "?" : target.command().getFirst();
        return command.substring(command.lastIndexOf('/') + 1).replaceAll("\\p{Cntrl}", "?") + " "
                + target.process().pid() + (target.process().isAlive() ? "" : " (ended)");
    }

    private static String advice(Listed session) {
        String name = session.directory().name();
        String recover = "'trapless recover " + name + " -o DIR' makes a trace of it";
        return switch (session.state()) {
            case LIVE -> "Ctrl-C or SIGTERM to the tracer ends it";
            case ABANDONED -> {
                TreeSet<Integer> pids = new TreeSet<>(session.users());
                session.leftovers().forEach(left -> pids.add(left.process().pid()));
                String options = pids.stream().map(pid -> "-p " + pid).collect(Collectors.joining(" "));
                yield "'trapless detach " + options + "' takes it out"
                        + (session.heldBytes() > 0 ? "; " + recover : "");
            }
            case DEAD, DAMAGED ->
                (session.state() == SessionLister.State.DEAD ? recover + ", " : "") + "'rm -r "
                        + session.directory().path() + "' deletes it";
        };
    }

    private static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7200
                ? seconds / 60 + " min"
                : seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
    }

    private static String size(long bytes) {
        if (bytes < 1 << 10) {
            return bytes == 0 ? "no events" : bytes + " B";
        }
        return bytes < 1 << 20
                ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0)
                : String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}
