package io.trapless.cli.action;

import io.trapless.tracer.session.RecordingSummary;
import io.trapless.tracer.session.RecordingSummary.ProcessResult;
import io.trapless.tracer.session.RecordingSummary.RefusedProbe;
import io.trapless.tracer.session.RecordingSummary.SiteResult;
import io.trapless.tracer.session.TracePart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The summary for programs: one JSON object. */
final class SummaryJson {
    private SummaryJson() {}

    static void write(RecordingSummary summary, Path file) throws IOException {
        StringBuilder json = new StringBuilder(200 + 150 * summary.sites().size());
        json.append("{\"events\": ").append(summary.events());
        json.append(", \"lost\": ").append(summary.lost());
        json.append(", \"bytes\": ").append(summary.bytes());
        json.append(", \"trace\": ").append(Json.quote(summary.trace().toString()));
        json.append(String.format(
                Locale.ROOT,
                ", \"attachMillis\": %.1f, \"pauseMicros\": %.1f, \"loanMicros\": %.1f",
                summary.attachNanos() / 1e6,
                summary.pauseNanos() / 1e3,
                summary.loanNanos() / 1e3));
        json.append(",\n \"sites\": [");
        String separator = "";
        for (SiteResult site : summary.sites()) {
            json.append(separator).append("\n  {\"probe\": ").append(Json.quote(site.probe()));
            json.append(", \"pid\": ").append(site.pid());
            json.append(", \"address\": \"0x").append(Long.toHexString(site.address()));
            json.append("\", \"strategy\": ").append(Json.quote(site.strategy()));
            json.append(", \"events\": ").append(site.events());
            json.append(", \"lost\": ").append(site.lost()).append('}');
            separator = ",";
        }
        json.append("],\n \"processes\": [");
        separator = "";
        for (ProcessResult process : summary.processes()) {
            json.append(separator).append("\n  {\"pid\": ").append(process.pid());
            json.append(", \"parent\": ").append(process.parent());
            json.append(", \"command\": ").append(Json.quote(String.join(" ", process.command())));
            json.append(", \"events\": ").append(process.events());
            appendEnd(json, process.waitStatus());
            json.append('}');
            separator = ",";
        }
        json.append("],\n \"refused\": [");
        separator = "";
        for (RefusedProbe refused : summary.refused()) {
            json.append(separator).append("\n  {\"probe\": ").append(Json.quote(refused.probe()));
            json.append(", \"reason\": ").append(Json.quote(refused.reason())).append('}');
            separator = ",";
        }
        json.append("],\n \"traces\": [");
        separator = "";
        for (TracePart part : summary.traces()) {
            json.append(separator)
                    .append("\n  {\"trace\": ")
                    .append(Json.quote(part.trace().toString()));
            json.append(", \"events\": ").append(part.events());
            json.append(", \"cause\": ").append(Json.quote(part.cause())).append('}');
            separator = ",";
        }
        json.append("],\n \"notices\": [");
        separator = "";
        for (String notice : summary.notices()) {
            json.append(separator).append(Json.quote(notice));
            separator = ", ";
        }
        json.append("]}\n");
        Files.writeString(file, json);
    }

    /** As a parent's wait(2) sees it; nothing for a process that runs on. */
    private static void appendEnd(StringBuilder json, @Nullable Integer waitStatus) {
        if (waitStatus != null) {
            int signal = waitStatus & 0x7f;
            json.append(signal == 0 ? ", \"exitStatus\": " : ", \"signal\": ")
                    .append(signal == 0 ? waitStatus >> 8 & 0xff : signal);
        }
    }
}
