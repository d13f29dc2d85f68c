package io.trapless.cli.action;

import io.trapless.cli.Outcome;
import io.trapless.cli.PreloadRequest;
import io.trapless.cli.Terminal;
import io.trapless.tracer.session.PreloadSession;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;

/** {@code trapless preload}: the line to start a program with goes to standard output, everything else to standard error. */
public final class PreloadAction {
    private static final int REFUSALS_SHOWN = 10;

    private PreloadAction() {}

    public static Outcome run(PreloadRequest request, Terminal terminal) {
        try {
            PreloadSession session = PreloadSession.create(new io.trapless.tracer.session.PreloadRequest(
                    Clauses.parse(request.clauses()),
                    request.session(),
                    request.object(),
                    Modes.of(request.mode()),
                    request.bufferSizeBytes(),
                    request.shmPath(),
                    request.systemCalls()));
            terminal.out().println("LD_PRELOAD=" + session.object() + " program");
            terminal.out().flush();
            tell(session, terminal);
            return Outcome.done();
        } catch (RecordingException e) {
            return e.isUsage() ? Outcome.wrongUsage(e.sentence()) : Outcome.failed(e.sentence());
        }
    }

    private static void tell(PreloadSession session, Terminal terminal) {
        int refused = session.refused().size();
        for (RefusedProbe probe : session.refused().subList(0, Math.min(REFUSALS_SHOWN, refused))) {
            terminal.say("refused: " + probe.probe() + ": " + probe.reason());
        }
        if (refused > REFUSALS_SHOWN) {
            terminal.say("... and " + (refused - REFUSALS_SHOWN) + " more refusals");
        }
        String name = session.directory().name();
        terminal.say("session " + name + " arms " + session.siteCount()
                + (session.siteCount() == 1 ? " site" : " sites")
                + " in programs started so; 'trapless record --session " + name
                + "' records from it, 'trapless recover "
                + name + " -o DIR' makes a trace of its rings, 'trapless sessions --remove " + name + "' ends it");
    }
}
