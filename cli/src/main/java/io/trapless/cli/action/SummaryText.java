package io.trapless.cli.action;

import io.trapless.cli.Terminal;
import io.trapless.tracer.session.RecordingSummary;
import io.trapless.tracer.session.RecordingSummary.ProcessResult;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.session.RecordingSummary.SiteResult;
import io.trapless.tracer.session.TracePart;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a person is told at the end of a recording. */
final class SummaryText {
    private static final int SITES_SHOWN = 20;
    private static final int REFUSALS_SHOWN = 10;
    private static final int PROCESSES_SHOWN = 10;
    private static final int COMMAND_SHOWN = 100;
    private static final int TRACES_SHOWN = 10;

    private SummaryText() {}

    /** The whole of it as a result, or, if {@code quiet}, only the notices, on standard error: what they tell of the targets, somebody must know. */
    static void report(RecordingSummary summary, boolean quiet, Terminal terminal) {
        if (quiet) {
            summary.notices().forEach(terminal::say);
        } else {
            print(summary, terminal.out());
            terminal.out().flush();
        }
    }

    static void print(RecordingSummary summary, PrintStream out) {
        List<SiteResult> sites = merged(summary.sites()).stream()
                .sorted(Comparator.comparingLong(SiteResult::events).reversed())
                .toList();
        out.println(String.format(Locale.ROOT, "%14s %10s  %s", "events", "lost", "probe"));
        for (SiteResult site : sites.subList(0, Math.min(SITES_SHOWN, sites.size()))) {
            String process = site.pid() == 0 ? "" : " (pid " + site.pid() + ")"; // 0: whichever process
            out.println(
                    String.format(Locale.ROOT, "%14d %10d  %s%s", site.events(), site.lost(), site.probe(), process));
        }
        more(out, sites.size() - SITES_SHOWN, "sites");
        if (summary.processes().size() > 1) {
            printProcesses(summary.processes(), out);
        }
        for (RefusedProbe refused : summary.refused()
                .subList(0, Math.min(REFUSALS_SHOWN, summary.refused().size()))) {
            out.println("refused: " + refused.probe() + ": " + refused.reason());
        }
        more(out, summary.refused().size() - REFUSALS_SHOWN, "refusals");
        summary.notices().forEach(notice -> out.println("note: " + notice));
        String attached = summary.attachNanos() == 0 // processes that arm themselves
                ? ""
                : String.format(
                        Locale.ROOT,
                        "; attached in %.0f ms, threads stopped for %.2f ms, one of them lent for %.2f ms",
                        summary.attachNanos() / 1e6,
                        summary.pauseNanos() / 1e6,
                        summary.loanNanos() / 1e6);
        out.println(String.format(
                Locale.ROOT,
                "%d events, %d lost, %d bytes%s",
                summary.events(),
                summary.lost(),
                summary.bytes(),
                attached));
        if (summary.traces().isEmpty()) {
            out.println("trace: " + summary.trace() + "   (trapless view " + summary.trace() + ")");
        } else {
            printTraces(summary, out);
        }
    }

    private static void printTraces(RecordingSummary summary, PrintStream out) {
        List<TracePart> traces = summary.traces();
        int first = Math.max(0, traces.size() - TRACES_SHOWN);
        more(out, first, "traces before these");
        for (TracePart trace : traces.subList(first, traces.size())) {
            String cause = trace.cause().isEmpty() ? "" : "; " + trace.cause();
            out.println("trace: " + trace.trace() + ", " + trace.events() + " events" + cause);
        }
        out.println("(trapless view " + summary.trace() + " shows them one after another)");
    }

    /** A probe that several processes have is one line, without a pid. */
    private static List<SiteResult> merged(List<SiteResult> sites) {
        Map<String, SiteResult> byProbe = new LinkedHashMap<>();
        for (SiteResult site : sites) {
            byProbe.merge(
                    site.probe(),
                    site,
                    (a, b) -> new SiteResult(
                            a.probe(),
                            a.pid() == b.pid() ? a.pid() : 0,
                            a.address(),
                            a.strategy(),
                            a.events() + b.events(),
                            a.lost() + b.lost()));
        }
        return List.copyOf(byProbe.values());
    }

    private static void printProcesses(List<ProcessResult> processes, PrintStream out) {
        List<ProcessResult> most = processes.stream()
                .sorted(Comparator.comparingLong(ProcessResult::events).reversed())
                .limit(PROCESSES_SHOWN)
                .toList();
        out.println(String.format(Locale.ROOT, "%14s %10s  %s", "events", "pid", "process"));
        for (ProcessResult process : most) {
            String command = String.join(" ", process.command()).replace('\n', ' ');
            String cut = command.length() > COMMAND_SHOWN ? command.substring(0, COMMAND_SHOWN) + "..." : command;
            out.println(String.format(Locale.ROOT, "%14d %10d  %s", process.events(), process.pid(), cut));
        }
        more(out, processes.size() - PROCESSES_SHOWN, "processes");
    }

    private static void more(PrintStream out, int count, String what) {
        if (count > 0) {
            out.println("... and " + count + " more " + what + "; --summary FILE has them all");
        }
    }
}
