package io.trapless.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code trapless list (-p PID | FILE) [PATTERN]}. */
@Command(
        description = "Lists the sites that match, one a line: the probe's name, then how it would be patched.",
        customSynopsis = {"trapless list (-p PID | FILE) [PATTERN]", "trapless list FILE... --coverage"})
final class ListCommand implements Subcommand {
    private static final Pattern PATTERN = Pattern.compile("^(uprobe|uretprobe|usdt):");

    @Option(names = "-p", paramLabel = "PID", description = "a live process: what it has mapped")
    private @Nullable Integer pid;

    @Option(
            names = "--coverage",
            description =
                    "how many entries, exits, USDT probes and instructions of a file can be probed, and how; of several, or of a directory: a table")
    private boolean coverage;

    @Parameters(
            paramLabel = "[FILE] [PATTERN]",
            arity = "0..*",
            description = "an executable or a library, unless -p is given; a pattern like 'uprobe:libc:mal*'")
    private final List<String> words = new ArrayList<>();

    @Override
    public Outcome run(Actions actions, Terminal terminal) throws Exception {
        if (coverage) {
            return pid != null || words.isEmpty() || words.contains("")
                    ? Outcome.wrongUsage("--coverage is told of whole files; give a FILE or a directory, without -p")
                    : actions.coverage(
                            new CoverageRequest(words.stream().map(Path::of).toList()), terminal);
        }
        if (words.size() > 2) {
            return Outcome.wrongUsage("one FILE and one PATTERN at the most; '" + words.get(2) + "' is too much");
        }
        if (pid != null) {
            if (pid <= 0) {
                return Outcome.wrongUsage("'" + pid + "' is not a process id; give -p a positive number");
            }
            if (words.size() > 1) {
                return Outcome.wrongUsage("a process or a file, not both; leave out -p or '" + words.getFirst() + "'");
            }
            return actions.list(new ListRequest(pid, null, words.isEmpty() ? null : words.getFirst()), terminal);
        }
        if (words.isEmpty()) {
            return Outcome.wrongUsage("nothing to list; give -p PID or a FILE");
        }
        if (words.getFirst().isEmpty()) {
            return Outcome.wrongUsage("the empty text is not a file; give -p PID or a FILE");
        }
        if (words.size() == 1 && PATTERN.matcher(words.getFirst()).find()) {
            return Outcome.wrongUsage("'" + words.getFirst() + "' is a pattern; give -p PID or its FILE before it");
        }
        Path file = Path.of(words.getFirst());
        return actions.list(new ListRequest(null, file, words.size() > 1 ? words.get(1) : null), terminal);
    }
}
