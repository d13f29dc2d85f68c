package io.trapless.cli.action;

import io.trapless.cli.DetachRequest;
import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.session.LeftoverRemoval;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** {@code trapless detach}. */
public final class DetachAction {
    private DetachAction() {}

    public static Outcome run(DetachRequest request, Terminal terminal) throws IOException, InterruptedException {
        List<String> problems = new ArrayList<>();
        for (int pid : request.pids()) {
            try {
                print(pid, LeftoverRemoval.remove(pid, request.shmPath()), terminal.out(), problems);
            } catch (AttachException e) {
                problems.add(e.refusal().sentence());
            }
        }
        if (problems.isEmpty()) {
            return Outcome.done();
        }
        terminal.out().flush();
        problems.subList(0, problems.size() - 1).forEach(terminal::say);
        return Outcome.failed(problems.getLast());
    }

    private static void print(int pid, LeftoverRemoval.Report report, PrintStream out, List<String> problems) {
        report.undone().forEach(undone -> out.println(line(undone)));
        for (LeftoverRemoval.LiveSession live : report.live()) {
            problems.add("process " + pid + " is being recorded by process " + live.tracer() + " (session "
                    + live.session() + "); end that one: kill " + live.tracer());
        }
        problems.addAll(report.problems());
        boolean nothing = report.undone().isEmpty()
                && report.live().isEmpty()
                && report.problems().isEmpty();
        if (nothing && report.lostSessions() > 0) {
            problems.add("process " + pid
                    + " maps the rings of a session whose files have been deleted, so that nobody knows what to undo;"
                    + " restart the process");
        } else if (nothing) {
            out.println("process " + pid + ": nothing of a tracer is left in it");
        }
    }

    private static String line(LeftoverRemoval.Undone undone) {
        StringBuilder line = new StringBuilder();
        line.append("process ").append(undone.pid()).append(": session ").append(undone.session());
        line.append(" taken out, ")
                .append(undone.restoredSites())
                .append(undone.restoredSites() == 1 ? " jump" : " jumps");
        if (undone.foreignSites() > 0) {
            line.append("; ").append(undone.foreignSites()).append(" places changed by somebody else since were left");
        }
        if (undone.memoryLeft()) {
            line.append("; a thread may still need its code, which is harmless and stays mapped");
        }
        return line.append(
                        undone.deleted()
                                ? "; the session is deleted"
                                : "; its last events are kept: trapless recover " + undone.session() + " -o DIR")
                .toString();
    }
}
