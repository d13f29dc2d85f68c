package io.trapless.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A bpftrace program to run, parsed. Options and their meaning are bpftrace's.
 *
 * @param text the program given by {@code -e}, or null
 * @param file the program's file if {@code text} is null; {@code -} is standard input; null if only probes are to be listed
 * @param positional {@code $1} and on
 * @param named parameters of the program's own, by name; the empty text where no value was given
 * @param search with {@code listing}: the pattern, or null: the probes of the program
 * @param pid the process to trace, or null
 * @param command the command to start, its words separated by spaces, or null
 * @param output file for the results, or null: standard output
 * @param json whether results are JSON
 * @param buffering when results are handed on
 * @param trace run over this recorded trace, or null: live
 * @param save record the events of a live run into this folder too, or null
 * @param mode what to do with the program
 * @param stages what {@code -d} asks to be shown
 * @param includeFolders folders of {@code -I}
 * @param includeFiles files of {@code --include}
 * @param probeFilter only probes whose name it is found in, or null
 */
public record ProgramRequest(
        @Nullable String text,
        @Nullable String file,
        List<String> positional,
        Map<String, String> named,
        boolean listing,
        @Nullable String search,
        @Nullable Integer pid,
        @Nullable String command,
        @Nullable Path output,
        boolean json,
        Buffering buffering,
        @Nullable Path trace,
        @Nullable Path save,
        Mode mode,
        Set<String> stages,
        WarningLevel warnings,
        boolean quiet,
        boolean verbose,
        boolean unsafe,
        boolean dryRun,
        List<Path> includeFolders,
        List<String> includeFiles,
        @Nullable String probeFilter,
        List<Path> debugFolders) {

    public ProgramRequest {
        positional = List.copyOf(positional);
        named = Map.copyOf(named);
        stages = Set.copyOf(stages);
        includeFolders = List.copyOf(includeFolders);
        includeFiles = List.copyOf(includeFiles);
        debugFolders = List.copyOf(debugFolders);
    }

    /** What to do with the program. */
    public enum Mode {
        RUN,
        /** Its test probes only. */
        TEST,
        /** Its benchmarks only. */
        BENCH,
        /** Check and compile. */
        CODEGEN,
        /** Print it in one form. */
        FORMAT,
        /** Tell what this tracer can do. */
        INFO
    }

    /** When results are handed on. */
    public enum Buffering {
        LINE,
        FULL,
        NONE
    }

    /** Which warnings are shown. */
    public enum WarningLevel {
        NONE,
        NORMAL,
        ALL
    }
}
