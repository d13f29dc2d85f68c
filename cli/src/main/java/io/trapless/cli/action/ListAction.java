package io.trapless.cli.action;

import io.trapless.binary.elf.ElfException;
import io.trapless.cli.ListRequest;
import io.trapless.cli.Outcome;
import io.trapless.cli.Terminal;
import io.trapless.language.syntax.ProbePattern;
import io.trapless.tracer.attach.AttachException;
import io.trapless.tracer.attach.TargetProcess;
import io.trapless.tracer.debuginfo.DebugFacts;
import io.trapless.tracer.resolve.Refusal;
import io.trapless.tracer.resolve.RefusalReason;
import io.trapless.tracer.session.RecordingException;
import io.trapless.tracer.session.SiteListing;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code trapless list}. */
public final class ListAction {
    private static final String DELETED = " (deleted)";

    private ListAction() {}

    public static Outcome run(ListRequest request, Terminal terminal) throws IOException {
        return run(request, terminal, ListAction::how);
    }

    /** Only the names, as bpftrace lists probes. */
    public static Outcome names(ListRequest request, Terminal terminal) throws IOException {
        return run(request, terminal, _ -> "");
    }

    /** The names, and below each the parameters of its function, if its debugging information is there. */
    public static Outcome signatures(ListRequest request, List<Path> debugFolders, Terminal terminal)
            throws IOException {
        try (DebugFacts facts = new DebugFacts(request.pid(), debugFolders)) {
            return run(request, terminal, site -> parameters(site.probe(), facts));
        }
    }

    /** The parameters of a probe's function, each in a line of its own after a line end; empty if nothing is known of it. */
    public static String parameters(String probe, DebugFacts facts) {
        try {
            return ListPatterns.parse(probe, "", "").stream()
                    .limit(1)
                    .flatMap(pattern -> facts.declarations(pattern).stream())
                    .map(declaration -> "\n    " + declaration)
                    .collect(Collectors.joining());
        } catch (RecordingException e) {
            return "";
        }
    }

    /**
     * The names of the probes in a file that a pattern means, each once.
     *
     * @param pattern an attach point that names {@code file} by its absolute path
     * @throws ElfException it is no file that could be looked into
     * @throws RecordingException it is no pattern
     */
    public static Set<String> names(Path file, String pattern) throws ElfException, RecordingException {
        Set<String> names = new LinkedHashSet<>();
        for (SiteListing.Listed site : ofFile(file, pattern).sites()) {
            names.add(site.probe());
        }
        return names;
    }

    private static Outcome run(ListRequest request, Terminal terminal, Function<SiteListing.Listed, String> remark)
            throws IOException {
        try {
            Integer pid = request.pid();
            Path file = request.file();
            SiteListing listing;
            if (pid != null) {
                listing = ofProcess(pid, request.pattern());
            } else if (file != null) {
                listing = ofFile(file, request.pattern());
            } else {
                return Outcome.wrongUsage("nothing to list; give -p PID or a FILE");
            }
            return print(listing, request.pattern() == null, remark, terminal.out());
        } catch (RecordingException e) {
            return Outcome.wrongUsage(e.sentence());
        } catch (AttachException e) {
            return Outcome.failed(e.refusal().sentence());
        } catch (ElfException e) {
            return Outcome.failed(e.sentence(String.valueOf(request.file())));
        }
    }

    private static SiteListing ofProcess(int pid, @Nullable String pattern)
            throws AttachException, RecordingException, IOException {
        try (TargetProcess process = TargetProcess.open(pid)) {
            String executable =
                    Files.readSymbolicLink(Path.of(process.executable())).toString();
            String module = executable.endsWith(DELETED)
                    ? executable.substring(0, executable.length() - DELETED.length())
                    : executable;
            return SiteListing.ofProcess(process, ListPatterns.parse(pattern, module, "*"));
        }
    }

    private static SiteListing ofFile(Path file, @Nullable String pattern) throws ElfException, RecordingException {
        String module = file.toAbsolutePath().normalize().toString();
        List<ProbePattern> patterns = ListPatterns.parse(pattern, module, module);
        return SiteListing.ofFile(file, patterns);
    }

    /** @param everything no pattern was given: that there are no functions, or no USDT probes, is no news then unless there is neither */
    private static Outcome print(
            SiteListing listing, boolean everything, Function<SiteListing.Listed, String> remark, PrintStream out) {
        Set<String> printed = new HashSet<>();
        for (SiteListing.Listed site : listing.sites()) {
            String line = site.probe() + remark.apply(site);
            // what is inlined has the name of its function, which is to be told once
            if (printed.add(line) || site.inlinedAt() == null) {
                out.append(line).append('\n');
            }
        }
        if (listing.sites().isEmpty() && !listing.unmatched().isEmpty()) {
            Refusal first = listing.unmatched().getFirst();
            return Outcome.failed(first.probe() + ": " + first.sentence());
        }
        for (Refusal refusal : listing.unmatched()) {
            if (!everything || !isAbsence(refusal.reason())) {
                out.append(refusal.probe())
                        .append(" refused: ")
                        .append(refusal.sentence())
                        .append('\n');
            }
        }
        return Outcome.done();
    }

    private static String how(SiteListing.Listed site) {
        String inlined = (site.readable() == null ? "" : " (" + site.readable() + ")")
                + (site.inlinedAt() == null ? "" : " (inlined at " + site.inlinedAt() + ")");
        if (site.refusal() == null) {
            return " jump" + inlined;
        }
        return (site.trap() ? " trap (record --trap): " + site.refusal() : " refused: " + site.refusal()) + inlined;
    }

    private static boolean isAbsence(RefusalReason reason) {
        return switch (reason) {
            case NO_SYMBOLS, NO_SUCH_FUNCTION, NO_SUCH_USDT_PROBE -> true;
            case NO_SUCH_MODULE,
                    BAD_MODULE,
                    MODULE_REPLACED,
                    OFFSET_OUTSIDE_FUNCTION,
                    NOT_CODE,
                    IFUNC_UNBOUND,
                    NO_DEBUG_INFO,
                    NO_SUCH_LINE,
                    INLINED -> false;
        };
    }
}
