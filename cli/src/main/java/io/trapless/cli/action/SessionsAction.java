package io.trapless.cli.action;

import io.trapless.cli.Outcome;
import io.trapless.cli.SessionsRequest;
import io.trapless.cli.Terminal;
import io.trapless.tracer.ring.PreloadCounts;
import io.trapless.tracer.ring.SessionFile;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.SessionRemoval;
import io.trapless.tracer.session.store.PreloadMark;
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
        return request.remove() == null ? list(request, terminal) : remove(request.remove(), request, terminal);
    }

    private static Outcome remove(String name, SessionsRequest request, Terminal terminal) throws IOException {
        try {
            List<Integer> users = SessionRemoval.remove(Sessions.find(name, request.shmPath()));
            String still = users.isEmpty()
                    ? ""
                    : "; it is switched off in "
                            + users.stream().map(pid -> "process " + pid).collect(Collectors.joining(", "));
            terminal.out().println("session " + name + " is deleted" + still);
            return Outcome.done();
        } catch (RecordingException e) {
            return Outcome.failed(e.sentence());
        }
    }

    private static Outcome list(SessionsRequest request, Terminal terminal) throws IOException {
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
            if (!properties.targets().isEmpty()) {
                parts.add(targets(properties));
            }
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
            case WAITING -> session.state().text() + preloaded(session);
            case DAMAGED -> "damaged: " + session.damage();
        };
    }

    /** Where its object lies, and what the programs that loaded it have counted. */
    private static String preloaded(Listed session) {
        StringBuilder text = new StringBuilder();
        SessionProperties properties = session.properties();
        try {
            PreloadMark mark = PreloadMark.read(session.directory());
            text.append(mark == null ? "" : " (LD_PRELOAD=" + mark.object() + ")");
            if (properties != null) {
                try (SessionFile file = SessionFile.openForRecovery(
                        session.directory().rings(), properties.geometry(), properties.uuid())) {
                    PreloadCounts counts = file.preloadCounts();
                    text.append("; ").append(counts.started()).append(" programs started, ");
                    text.append(counts.armed()).append(" armed");
                    text.append(counts.otherBuild() == 0 ? "" : ", " + counts.otherBuild() + " files of another build");
                    text.append(counts.failed() == 0 ? "" : ", " + counts.failed() + " could not be armed");
                }
            }
        } catch (IOException e) {
            text.append("; ").append(e.getMessage());
        }
        if (!session.users().isEmpty()) {
            text.append("; running now: ")
                    .append(session.users().stream().map(String::valueOf).collect(Collectors.joining(", ")));
        }
        return text.toString();
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
            case WAITING ->
                "'trapless record --session " + name + "' records from it; " + recover
                        + ", 'trapless sessions --remove " + name + "' deletes it";
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
